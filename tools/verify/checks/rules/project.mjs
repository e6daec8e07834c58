// Where the project lives. One place says it, `repository` of the package.json at the root; the manifests and the READMEs
// of all published packages follow: `pnpm --filter @nomyo/checks manifests --write`.

const WEB = /^git\+(https:\/\/[^/]+\/[^/]+\/[^/]+)\.git$/;

/** A link to any forge's copy of a repository of this name. */
const LINK = /https:\/\/[\w.-]+\/[\w.-]+\/nomyo-js(?=[/#)\s]|$)/g;

/** The address of the project for a browser. */
function projectUrl({ repository }) {
  const [, url] = WEB.exec(repository.url) ?? [];
  if (url === undefined) {
    throw new Error(`repository.url is not git+https://HOST/OWNER/NAME.git: ${repository.url}`);
  }
  return url;
}

/** The fields about the project in the manifest of a published package. */
export function projectFields(rootManifest, member) {
  const url = projectUrl(rootManifest);
  return {
    repository: { ...rootManifest.repository, directory: member },
    homepage: `${url}/tree/main/${member}#readme`,
    bugs: { url: `${url}/issues` },
  };
}

/** A text whose links lead to where the project lives now. */
export const withProjectUrl = (text, rootManifest) => text.replace(LINK, projectUrl(rootManifest));
