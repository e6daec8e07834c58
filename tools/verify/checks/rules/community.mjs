// Rules about the files that people and their tools read around the code: pure functions, a line for each violation.

const DECISION_SECTIONS = ['Context', 'Decision', 'Consequences'];

/** A record of a decision has one title and these sections, in this order and none of them empty. */
export function decisionViolations(file, text) {
  const [head, ...sections] = text.split(/^## /m);
  const names = sections.map((section) => section.split('\n')[0].trim());
  const isEmpty = sections.some((section) => section.split('\n').slice(1).join('').trim() === '');
  return [
    ...(/^# \S.*\n\s*$/.test(head) ? [] : [`${file}: must begin with one title and nothing else`]),
    ...(names.join() === DECISION_SECTIONS.join()
      ? []
      : [`${file}: must have the sections ${DECISION_SECTIONS.join(', ')}`]),
    ...(isEmpty ? [`${file}: has an empty section`] : []),
  ];
}

/** The devcontainer installs with the package manager of the project, from the lockfile. */
export function devcontainerViolations(text, { packageManager }) {
  const file = '.devcontainer/devcontainer.json';
  try {
    const { image, postCreateCommand = '' } = JSON.parse(text);
    return [
      ...(/^node:\d+/.test(image ?? '') ? [] : [`${file}: image is not a version of node`]),
      ...(postCreateCommand.includes(`${packageManager} install --frozen-lockfile`)
        ? []
        : [`${file}: does not install with ${packageManager} from the lockfile`]),
    ];
  } catch {
    return [`${file}: is not JSON`];
  }
}

/** Every path of CODEOWNERS exists, and every line names an owner. @param {string[]} files from the root */
export function ownerViolations(text, files) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => {
    const [path, ...owners] = line.trim().split(/\s+/);
    const exists = path === '*' || files.some((file) => `/${file}`.startsWith(path));
    return [
      ...(exists ? [] : [`CODEOWNERS: there is no ${path}`]),
      ...(owners.length > 0 && owners.every((owner) => /^@[\w-]+(\/[\w-]+)?$/.test(owner))
        ? []
        : [`CODEOWNERS: ${path} has no owner`]),
    ];
  });
}

/** An issue template has a name and a description, without which GitHub does not offer it. */
export function issueTemplateViolations(file, text) {
  const [, front = ''] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
  return ['name', 'about']
    .filter((field) => !new RegExp(`^${field}: \\S`, 'm').test(front))
    .map((field) => `${file}: has no ${field}`);
}
