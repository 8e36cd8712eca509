// What a client keeps in its settings file, in memory: ten thousand hosts need no ten thousand files.
export function memorySettings(sections) {
  const stage = (changes) => {
    for (const [section, key, value] of changes) {
      sections[section] ??= {};
      if (value === undefined) delete sections[section][key];
      else sections[section][key] = value;
    }
  };
  return Object.freeze({
    path: 'the settings of a simulated host',
    get: (section, key) => sections[section]?.[key] || undefined,
    has: (section) => sections[section] !== undefined,
    isOutdated: () => false,
    stage,
    change: stage,
    tryChanging() {},
  });
}
