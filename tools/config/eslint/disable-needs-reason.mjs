// A rule is switched off only with a reason beside it: `// eslint-disable-next-line RULE -- the reason`, and never
// for everything at once.
export const disableNeedsReason = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      reason: 'Say why, behind `--`: whoever audits this must not have to guess.',
      rule: 'Name the rule that is switched off.',
    },
  },
  create(context) {
    return {
      Program() {
        for (const { type, value, justification, node } of context.sourceCode.getDisableDirectives()
          .directives) {
          if (type === 'enable') continue;
          if (value.trim() === '') context.report({ loc: node.loc, messageId: 'rule' });
          if (justification.trim() === '') context.report({ loc: node.loc, messageId: 'reason' });
        }
      },
    };
  },
};
