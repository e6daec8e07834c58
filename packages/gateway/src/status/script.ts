/**
 * The script of the page. It keeps the token in a variable and nowhere else, asks for the page again every three
 * seconds, and puts the parts that changed in place. What it puts there was escaped by the server.
 */

export const SCRIPT = `
'use strict';
(() => {
  let token;
  const form = document.querySelector('form');
  const told = document.querySelector('#told');
  const load = async () => {
    const headers = token === undefined ? {} : { authorization: 'Bearer ' + token };
    const response = await fetch('/', { headers, cache: 'no-store', credentials: 'omit' });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-part]')) {
      const fresh = page.querySelector('[data-part="' + part.dataset.part + '"]');
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
    return response.ok;
  };
  const show = (isOpen) => {
    form.hidden = isOpen;
    document.querySelector('#status').hidden = !isOpen;
  };
  const refresh = async () => {
    try {
      const isOpen = await load();
      show(isOpen);
      told.textContent = isOpen ? '' : told.textContent;
    } catch {
      told.textContent = 'The gateway does not answer.';
    }
    setTimeout(refresh, 3000);
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const input = form.querySelector('input');
    token = input.value;
    input.value = '';
    told.textContent = '';
    const isOpen = await load().catch(() => false);
    if (!isOpen) token = undefined;
    told.textContent = isOpen ? '' : 'This is not the token.';
    show(isOpen);
  });
  setTimeout(refresh, document.querySelector('#status').hidden ? 0 : 3000);
})();
`;
