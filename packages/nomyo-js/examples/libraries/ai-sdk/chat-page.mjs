// npm install react ai @ai-sdk/react
//
// A page over the route of chat-route.mjs. Without JSX, so that it runs as it is.
import { useChat } from '@ai-sdk/react';
import { createElement as h, useState } from 'react';

/** @param {{ chat?: import('@ai-sdk/react').Chat<any> }} props a chat of yours; by default one with /api/chat */
export function ChatPage({ chat }) {
  const { messages, sendMessage, status, error } = useChat(chat === undefined ? {} : { chat });
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    void sendMessage({ text });
    setText('');
  };
  return h(
    'main',
    null,
    messages.map(({ id, role, parts }) =>
      h(
        'p',
        { key: id },
        `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
      ),
    ),
    error === undefined ? null : h('p', { role: 'alert' }, 'That did not work. Please ask again.'),
    h(
      'form',
      { onSubmit: submit },
      h('input', {
        value: text,
        onChange: (event) => setText(event.target.value),
        disabled: status === 'submitted' || status === 'streaming',
      }),
    ),
  );
}
