-- One request after the other from a file, from the beginning again when it is through.
local requests = {}
local at = 0
local headers = {}

function init(args)
  local closing = args[2] == 'true'
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match('^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$')
    local head = { ['Accept'] = '*/*', ['User-Agent'] = 'python-requests/2.28.1' }
    if closing then head['Connection'] = 'close' end
    if token ~= '' then head['Authorization'] = 'Token ' .. token end
    if body ~= '' then head['Content-Type'] = 'application/json' else body = nil end
    requests[#requests + 1] = wrk.format(method, path, head, body)
  end
end

function request()
  at = at + 1
  if at > #requests then at = 1 end
  return requests[at]
end
