// A rule is switched off only with a reason: `// eslint-disable-next-line RULE -- the reason`. (Anyone who switches
// off every rule switches off this one too; tools/verify/checks/rules/repository.mjs finds that.)
export const disableNeedsReason = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      reason: 'Say why, after `--`: an auditor must not have to guess.',
    },
  },
  create(context) {
    return {
      Program() {
        for (const { type, justification, node } of context.sourceCode.getDisableDirectives().directives) {
          if (type === 'enable' || justification.trim() !== '') continue;
          context.report({ loc: node.loc, messageId: 'reason' });
        }
      },
    };
  },
};
