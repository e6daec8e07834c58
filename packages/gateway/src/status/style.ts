/** The style of the page: light or dark as the reader prefers, narrow screens, no motion. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#16202b;--soft:#51606e;--paper:#f6f7f9;--card:#fff;--line:#dfe4e9;--accent:#0d5c63;--good:#1a7a4c;--bad:#b3261e;--focus:#0b57d0;--shade:0 1px 2px #16202b14,0 4px 16px #16202b0d}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a9b6c2;--paper:#0f1419;--card:#182029;--line:#2b3641;--accent:#6fd3cf;--good:#74d3a0;--bad:#ff9f97;--focus:#8ab4f8;--shade:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:76rem;margin:0 auto;padding:1.25rem clamp(.75rem,3vw,2rem)}
header{padding-bottom:0}main{padding-bottom:3rem}
h1{font-size:1.6rem;letter-spacing:-.02em;line-height:1.2;margin:0}
h1::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.45em;border-radius:50%;background:var(--accent)}
h2{font-size:.8rem;letter-spacing:.06em;text-transform:uppercase;color:var(--accent);margin:0 0 .85rem}
header p{margin:.35rem 0 0;color:var(--soft)}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr))}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.1rem 1.25rem;min-width:0;box-shadow:var(--shade)}
.cards+section,section+section{margin-top:1rem}.cards section{margin:0}
dl{margin:0;display:grid;gap:.7rem}dt{color:var(--soft);font-size:.8rem}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
[data-part=traffic] dl{grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr))}[data-part=traffic] dd{font-size:1.15rem;font-weight:600;line-height:1.3}
code{font:.875em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
p{margin:0}strong{color:var(--bad)}
[data-part=plots]{display:grid;gap:1.25rem 2rem;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr))}
figure{margin:0}figcaption{color:var(--soft);font-size:.8rem;margin-top:.35rem}
svg{display:block;width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}
.axis{stroke:var(--line)}rect.good{fill:var(--accent)}rect.bad{fill:var(--bad)}
span.good,span.bad{font-weight:600}span.good{color:var(--good)}span.bad{color:var(--bad)}
.scroll{overflow-x:auto;margin:0 -1.25rem;padding:0 1.25rem}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.5rem .9rem .5rem 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.8rem}tr:last-child td{border-bottom:0}
td:nth-child(2){white-space:normal;overflow-wrap:anywhere;min-width:9rem;font-weight:600}
form{max-width:34rem;margin:1rem auto 0;padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;box-shadow:var(--shade)}
label{display:block;margin-bottom:.4rem}
input,button{font:inherit;border-radius:.5rem;padding:.55rem .8rem;max-width:100%;min-height:2.75rem}
input{color:inherit;background:var(--paper);border:1px solid var(--soft);width:100%;margin-bottom:.75rem}
button{cursor:pointer;color:var(--card);background:var(--accent);border:1px solid var(--accent);font-weight:600}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
#told{color:var(--bad);min-height:1.5em;text-align:center}
[hidden]{display:none}
`;
