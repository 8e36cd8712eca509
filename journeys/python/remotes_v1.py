"""A v1 client, written from PROTOCOL.md on `cryptography` and `requests` alone.

It plays the client that existing hosts have, with its habits: no time-out, no look at the HTTP status, a connection for each
request, and an end by traceback wherever an answer is not what it expects. Only the monitor says more than the original:
a line for each pass, so that a test sees what it lived through.
"""

import argparse
import base64
import configparser
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from urllib.parse import urljoin

import requests
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HEADERS = {"CLIENT-AGENT": "Django Remotes", "CLIENT-VERSION": "0.3.2"}
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.MAX_LENGTH)

BEFORE = """import sys
__SETTINGS__ = {settings!r}
__VARIABLES__ = {variables!r}
__RESULT__ = ''
"""
AFTER = """
import json
print(json.dumps(__RESULT__ if isinstance(__RESULT__, list) else [__RESULT__], indent=2), file=sys.stderr)
"""


class Settings:
    """The settings file, written whole after each change."""

    def __init__(self, path):
        self.path = path
        self.parser = configparser.ConfigParser(interpolation=None)
        self.parser.read(path)

    def get(self, section, key):
        return self.parser.get(section, key)

    def set(self, section, key, value):
        if not self.parser.has_section(section):
            self.parser.add_section(section)
        self.parser.set(section, key, value)
        with open(self.path, "w", encoding="utf-8") as file:
            self.parser.write(file)


class Client:
    def __init__(self, settings, python=sys.executable):
        self.settings = settings
        self.python = python
        self.status_code = None

    def status(self, url):
        answer = self.ask("GET", urljoin(url, "api/status"))
        self.settings.set("server", "server_url", answer["server_url"])
        self.settings.set("endpoints", "discover", answer["discover"])
        return answer

    def discover(self):
        answer = self.ask("GET", self.url("discover"))
        for name, path in answer["endpoints"].items():
            self.settings.set("endpoints", name, path)
        return answer

    def generate_keys(self, private_key, public_key, bits=4096):
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        with open(private_key, "wb") as file:
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        with open(public_key, "wb") as file:
            file.write(
                key.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )
        self.settings.set("host", "private_key", os.path.abspath(private_key))
        self.settings.set("host", "public_key", os.path.abspath(public_key))

    def host_register(self, token):
        with open(self.settings.get("host", "public_key"), encoding="utf-8") as file:
            public_key = file.read()
        answer = self.ask("POST", self.url("host_register"), token, {"public_key": public_key})
        if "status" in answer:
            self.settings.set("host", "uuid", answer["encrypted"])
        return answer

    def host_verify(self, token):
        signature = base64.b64encode(self.private_key().sign(b"OK", PSS, hashes.SHA256())).decode()
        body = {"uuid": self.opened("uuid"), "encrypted": signature}
        answer = self.ask("POST", self.url("host_verify"), token, body)
        self.settings.set("host", "token", answer["encrypted"])
        return answer

    def host_status(self):
        return self.ask("GET", self.url("host_status"), self.opened("token"))

    def commands_list(self):
        return self.ask("GET", self.url("commands_list"), self.opened("token"))

    def get(self, number):
        answer = self.ask("GET", self.url("command_get", number), self.opened("token"))
        if answer.get("id") != number:
            return answer, None
        key = Fernet(self.decrypt(answer["encryption_key"]))
        plain = lambda text: key.decrypt(text.encode()).decode() if text else text
        return answer, {
            "name": plain(answer["name"]),
            "command": key.decrypt(answer["command"].encode()).decode(),
            "timeout": answer["timeout"],
            "settings": {
                name: key.decrypt(value.encode()).decode() for name, value in answer["settings"].items()
            },
            "variables": {name: plain(value) for name, value in answer["variables"].items()},
        }

    def run(self, command):
        """What the program wrote on stdout and stderr; None when it took too long."""
        inputs = {name: command[name] for name in ("settings", "variables")}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "command.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write(BEFORE.format(**inputs) + command["command"] + AFTER)
            try:
                ended = subprocess.run(
                    [self.python, path], capture_output=True, timeout=command["timeout"], check=False
                )
            except subprocess.TimeoutExpired:
                return None
        return ended.stdout.decode(), ended.stderr.decode()

    def post(self, number, output, result):
        key = Fernet(base64.b64encode(uuid.UUID(self.opened("uuid")).hex.encode()))
        body = {"output": key.encrypt(output.encode()).decode(), "result": key.encrypt(result.encode()).decode()}
        return self.ask("POST", self.url("command_post", number), self.opened("token"), body)

    def command_get(self, number):
        answer, command = self.get(number)
        if command is None:
            return answer
        ran = self.run(command)
        if ran is None:
            return {**answer, "output": {"status": "ERROR", "message": "timeout"}}
        stdout, stderr = ran
        return {**answer, "stdout": stdout, "stderr": stderr, "output": self.post(number, stdout, stderr)}

    def commands_process(self):
        answer = self.commands_list()
        results = {item["command"]: self.command_get(item["command"]) for item in answer["results"]}
        return {**answer, "commands_results": results}

    def commands_monitor(self, interval):
        while True:
            time.sleep(interval)
            answer = self.commands_list()
            print("pass", self.status_code, len(answer["results"]), flush=True)
            for item in answer["results"]:
                self.command_get(item["command"])

    def ask(self, method, url, token=None, body=None):
        headers = {**HEADERS, "Authorization": f"Token {token}"} if token else HEADERS
        response = requests.request(method, url, headers=headers, json=body)
        self.status_code = response.status_code
        return response.json()

    def url(self, name, number=None):
        path = self.settings.get("endpoints", name)
        return urljoin(self.settings.get("server", "server_url"), path if number is None else f"{path}{number}/")

    def private_key(self):
        with open(self.settings.get("host", "private_key"), "rb") as file:
            return serialization.load_pem_private_key(file.read(), password=None)

    def opened(self, name):
        return self.decrypt(self.settings.get("host", name)).decode()

    def decrypt(self, encrypted):
        return self.private_key().decrypt(base64.b64decode(encrypted), OAEP)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--action", required=True)
    parser.add_argument("--settings", required=True)
    for name in ("url", "token", "private_key", "public_key"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--command", type=int)
    parser.add_argument("--interval", type=float)
    given = parser.parse_args()
    client = Client(Settings(given.settings))
    if given.action == "new_host":
        client.status(given.url)
        client.discover()
        client.generate_keys(given.private_key, given.public_key)
        answer = client.host_register(given.token)
        if "status" in answer:
            answer = client.host_verify(given.token)
    else:
        takes = {
            "status": [given.url],
            "generate_keys": [given.private_key, given.public_key],
            "host_register": [given.token],
            "host_verify": [given.token],
            "command_get": [given.command],
            "commands_monitor": [given.interval],
        }
        answer = getattr(client, given.action)(*takes.get(given.action, []))
    if answer is not None:
        print(json.dumps(answer, indent=2))
    if given.action in ("host_register", "new_host") and "status" not in answer:
        sys.exit(2)
    if given.action == "command_get" and answer.get("id") != given.command:
        sys.exit(1)


if __name__ == "__main__":
    main()
