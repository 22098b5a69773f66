/** The style sheet of the page. No style attributes anywhere: the page's Content-Security-Policy forbids them. */
import { customProperties } from './palette.ts'

/** Narrower ones are phones. */
const NARROW = '(max-width: 45rem)'

export const STYLE = `
:root{color-scheme:light;${customProperties('light')}}
@media screen and (prefers-color-scheme: dark){:root:not([data-theme=light]){color-scheme:dark;${customProperties('dark')}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${customProperties('dark')}}}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
code,pre,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.page{max-width:86rem;margin:0 auto;padding:0 1.5rem 4rem}
h1,h2,h3{line-height:1.25;margin:0}
h1{font-size:.85rem;font-weight:600;color:var(--soft);margin-top:1.25rem}
h2{font-size:1.15rem;font-weight:650;margin:2.75rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
h2.minor{font-size:.95rem;margin:1.5rem 0 .5rem;padding:0;border:0}
h3{font-size:.95rem;font-weight:650;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}
.soft{color:var(--soft)}
.nowrap{white-space:nowrap}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.js{display:none}
[data-js] .js{display:revert}
[data-js] .js.flex{display:flex}
[hidden]{display:none!important}
@media screen{.out{display:none!important}}

.bar{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line)}
.bar>div{max-width:86rem;margin:0 auto;padding:.4rem 1.5rem;display:flex;align-items:center;gap:.25rem 1.1rem}
.bar nav{display:flex;gap:1.1rem;overflow-x:auto;scrollbar-width:none;flex:1;min-width:0;padding:.2rem}
.bar nav a{color:var(--soft);text-decoration:none;white-space:nowrap}
.bar nav a:hover{color:var(--ink);text-decoration:underline}
.bar b{font-weight:650}
button,select,input[type=search]{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:4px;padding:.2rem .6rem}
button{cursor:pointer}
button:hover{background:var(--sunken)}
input[type=search]{min-width:0;width:18rem;max-width:100%}
input[type=search]::placeholder{color:var(--soft);opacity:1}

.verdict{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1.25rem;margin:.75rem 0 1.25rem;padding:.25rem 0 .25rem 1rem;border-left:5px solid var(--soft)}
.verdict strong{font-size:2rem;line-height:1.2;font-weight:680;letter-spacing:-.01em}
.verdict.pass,.verdict.fail{color:var(--ink)}
.verdict.fail{border-color:var(--errorFill)}.verdict.fail strong{color:var(--error)}
.verdict.pass{border-color:var(--passFill)}.verdict.pass strong{color:var(--pass)}
.counts{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11.5rem),1fr));gap:.75rem 2rem;margin:0}
.facts dt{color:var(--soft);font-size:.85em}
.facts+.facts{margin-top:.75rem}
.facts .full{grid-column:1/-1}
.facts dd{margin:0}
ul.plain{list-style:none;margin:0;padding:0}

.error{color:var(--error)}.warning{color:var(--warning)}.note{color:var(--note)}.pass{color:var(--pass)}
.sign{display:inline-block;width:1.35em;height:1.35em;line-height:1.35em;border-radius:3px;text-align:center;font-weight:700;font-size:.8em;vertical-align:.08em}
.sign.error{background:var(--errorFill);color:var(--onErrorFill)}
.sign.warning{background:var(--warningTint);color:var(--warning);box-shadow:inset 0 0 0 1px var(--warning)}
.sign.note{background:var(--noteTint);color:var(--note);box-shadow:inset 0 0 0 1px var(--note)}
.tag{display:inline-block;padding:0 .4em;border-radius:3px;background:var(--sunken);color:var(--soft);font-size:.85em;white-space:nowrap}

table{border-collapse:collapse;width:100%;font-size:.93em}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th{font-weight:600;text-align:left}
th .soft{font-weight:400}
thead th{color:var(--soft);font-size:.9em;border-bottom:1px solid var(--line);white-space:nowrap}
th,td{padding:.3rem .75rem .3rem 0;vertical-align:top}
tbody tr+tr>*{border-top:1px solid var(--line)}
td.n,th.n{text-align:right;white-space:nowrap}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline-offset:-2px}

.controls{flex-wrap:wrap;align-items:center;gap:.4rem 1rem;margin:.75rem 0}
.controls label{display:inline-flex;align-items:center;gap:.35rem}

.rule{margin:1.25rem 0 2rem}
.rule>header{padding-bottom:.35rem}
.rule h3{display:flex;flex-wrap:wrap;align-items:baseline;gap:.15rem .6rem;margin:0}
.rule h3 code{font-size:1em;font-weight:650}
.rule h3 span.soft{font-weight:400}
.asks{margin:.3rem 0 .4rem 1.75rem;padding:0;list-style:none;max-width:56rem}
.asks li+li{margin-top:.15rem}
details.finding{border-top:1px solid var(--line)}
details.finding:last-of-type{border-bottom:1px solid var(--line)}
details.finding>summary{cursor:pointer;padding:.45rem 0;display:grid;grid-template-columns:1.25rem 1fr;list-style:none}
details.finding>summary::-webkit-details-marker{display:none}
details.finding>summary::before{content:"";align-self:start;margin:.45em 0 0 .2rem;border:.3em solid transparent;border-left:.42em solid var(--soft);border-right-width:0;width:0}
details.finding[open]>summary::before{transform:rotate(90deg);transform-origin:.2em .3em}
details.finding>summary:hover{background:var(--sunken)}
.says{font-weight:500}
.says.off{font-weight:400;color:var(--soft)}
.where{display:flex;flex-wrap:wrap;gap:0 1rem;color:var(--soft);font-size:.9em}
.where b{font-weight:500;color:var(--ink)}
.shown{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem 2.5rem;padding:.25rem 0 1.25rem 1.25rem}
.shown>p{margin:0;grid-column:1/-1}
figure{margin:0;min-width:0}
figcaption{color:var(--soft);font-size:.88em;margin-bottom:.35rem}

.ladder{list-style:none;margin:0;padding:0;font-size:.9em}
.ladder li,.lanes{display:grid;grid-template-columns:minmax(4.5rem,auto) minmax(0,1fr);column-gap:.9rem}
.ladder .at,.lanes .at{color:var(--soft);text-align:right;width:6.2rem}
.ladder .at{padding-top:.3rem}
.lanes{font-size:.85em;color:var(--soft)}
.lanes span:last-child{display:flex;justify-content:space-between}
.lane{position:relative;border:solid var(--soft);border-width:0 1px;padding:.3rem .75rem .55rem}
.lane .label{display:block}
.lane::before{content:"";position:absolute;left:2px;right:2px;bottom:.35rem;border-top:1px solid var(--soft)}
.lane::after{content:"";position:absolute;bottom:calc(.35rem - 3.5px);border:4px solid transparent}
.lane.client::after{right:-3px;border-left:7px solid var(--soft);border-right-width:0}
.lane.server::after{left:-3px;border-right:7px solid var(--soft);border-left-width:0}
.lane.server .label{text-align:right}
.finding{--hit:var(--errorFill);--hitTint:var(--errorTint)}
.finding[data-severity=warning]{--hit:var(--warningFill);--hitTint:var(--warningTint)}
.finding[data-severity=note]{--hit:var(--note);--hitTint:var(--noteTint)}
.lane.marked{background:var(--hitTint)}
.lane.marked .label{font-weight:650}
.lane.marked::before{border-top:2px solid var(--hit);bottom:calc(.35rem - .5px)}
.lane.marked.client::after{border-left-color:var(--hit)}
.lane.marked.server::after{border-right-color:var(--hit)}
.lane.rest{color:var(--soft);text-align:center;padding:.3rem}
.lane.rest::before,.lane.rest::after{content:none}

.hex{font:12px/1.6 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;max-height:21rem;overflow:auto}
.hex div{display:grid;grid-template-columns:4ch 23ch 23ch 8ch 8ch;column-gap:1.5ch;white-space:pre;width:max-content}
.hex div>:nth-child(4){margin-right:-1.5ch}
.hex .at{color:var(--soft)}
mark{background:var(--mark);color:var(--ink);font-weight:700;text-decoration:underline;text-underline-offset:.2em}

.key{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;align-items:center;margin:.5rem 0;padding:0;list-style:none}
.key label,.key li{display:inline-flex;align-items:center;gap:.35rem}
.cell{display:inline-block;width:1.35rem;height:1.35rem;line-height:1.35rem;border-radius:3px;text-align:center;text-decoration:none;font-size:.8rem;font-weight:700;flex:none}
.cell.fail{background:var(--errorFill);color:var(--onErrorFill)}
.cell.pass{background:var(--passTint);color:var(--pass)}
.cell.not-judged{background:var(--warningTint);color:var(--warning);box-shadow:inset 0 0 0 1px var(--warning)}
.cell.not-exercised{background:var(--sunken);color:var(--soft)}
.cell.unobservable{color:var(--soft)}
a.cell:hover,a.cell[aria-current]{outline:2px solid var(--link);outline-offset:0}
.cells{display:flex;flex-wrap:wrap;gap:3px}
.matrix{width:auto}
.matrix th[scope=row]{font-weight:500;white-space:nowrap;padding-right:1.25rem}
.matrix tbody tr>*{padding-top:.15rem;padding-bottom:.15rem}
.matrix td{min-width:8rem;max-width:34rem;padding-right:1.5rem}
.about{position:sticky;bottom:0;z-index:1;background:var(--paper);border:1px solid var(--soft);border-radius:6px 6px 0 0;padding:.6rem .9rem;margin-top:.75rem;max-width:56rem;max-height:45vh;overflow:auto}
.about p{margin:.15rem 0}
.about p:first-child{font-weight:600}
.statements tr:target{background:var(--noteTint)}
.statements td:nth-of-type(n+2){min-width:10rem}
.statements .how{margin-top:.2rem;font-size:.92em}
details.more>summary{cursor:pointer;padding:.4rem 0;color:var(--link)}

.chart{display:grid;grid-template-columns:11rem minmax(0,1fr);column-gap:1rem;align-items:center;margin:0;padding:0;list-style:none}
.chart>*{min-width:0}
.chart .name{text-align:right;font-size:.9em;line-height:1.3;padding:.15rem 0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.chart .name:has(.cut){display:flex;justify-content:flex-end;gap:.4em}
.cut{min-width:0;overflow:hidden;text-overflow:ellipsis}
.chart+table{margin-top:1rem}
svg{display:block;width:100%;overflow:visible}
svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
svg .grid{stroke:var(--line);stroke-width:1;shape-rendering:crispEdges}
svg .axis{stroke:var(--soft);stroke-width:1;shape-rendering:crispEdges}
svg .series{fill:var(--series)}
svg .errors{fill:var(--errorFill)}svg .warnings{fill:var(--warningFill)}svg .notes{fill:var(--note)}
svg .orderly{fill:var(--passFill)}svg .abrupt{fill:var(--warningFill)}svg .broken{fill:var(--errorFill)}svg .open{fill:var(--series)}svg .unknown{fill:var(--soft)}
svg .span{stroke:var(--series);stroke-width:1}
svg .body{stroke:var(--series);stroke-width:7}
svg .dot{fill:var(--ink)}
svg .ring{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
svg .tick{stroke:var(--ink);stroke-width:1.5}
svg .v-fail{fill:var(--errorFill)}svg .v-pass{fill:var(--passFill)}svg .v-not-judged{fill:var(--warningFill)}svg .v-rest{fill:var(--line)}
svg.share,.picture svg{min-width:8rem}
.picture{width:60%}
.swatch{display:inline-block;width:.9rem;height:.6rem;flex:none}

@media (min-width: 60rem){.connections th[scope=row]{min-width:17rem}.wide-two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 3rem}}
@media (max-width: 70rem){.shown{grid-template-columns:minmax(0,1fr)}}
@media ${NARROW}{
.page{padding:0 .9rem 3rem}
.bar>div{padding:.3rem .9rem}
.chart{grid-template-columns:minmax(0,1fr)}
.chart .name{text-align:left;padding:.4rem 0 .1rem}
.chart .name:has(.cut){justify-content:flex-start}
.chart .blank{display:none}
.shown{padding-left:0}
.asks{margin-left:0}
.hex div{grid-template-columns:4ch 23ch 8ch}
.hex div>:nth-child(4){grid-column:3;grid-row:1;margin:0}
.hex div>:nth-child(3){grid-column:2;grid-row:2}
.hex div>:nth-child(5){grid-column:3;grid-row:2}
.ladder .at,.lanes .at{width:5.4rem}
.matrix,.matrix tbody,.matrix tr{display:block;width:100%}
.matrix thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.matrix tr{display:grid;grid-template-columns:4rem minmax(0,1fr);padding:.4rem 0;border-top:1px solid var(--line)}
.matrix tbody tr>*{border:0;padding:.15rem 0;max-width:none}
.matrix th[scope=row]{grid-column:1/-1}
.matrix td{display:contents}
.matrix td:empty{display:none}
.matrix td::before{content:attr(data-label)}
.matrix td::before,.stack td::before{color:var(--soft);font-size:.9em}
.cells{padding-bottom:.3rem}
.stack,.stack tbody,.stack td,.stack th[scope=row]{display:block}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{display:flex;flex-wrap:wrap;gap:0 1.1rem;padding:.5rem 0;border-top:1px solid var(--line)}
.stack tbody tr>*{border:0;padding:.05rem 0}
.stack th[scope=row],.stack td.wide,.statements td{width:100%}
.stack td{min-width:0}
.stack td:empty{display:none}
.stack td[data-label]:not([data-label=""])::before{content:attr(data-label) " "}
.stack td.n{text-align:left;white-space:normal}
svg .odd{display:none}
}
@media (pointer: coarse){.cell{width:1.6rem;height:1.6rem;line-height:1.6rem}}

@media print{
@page{margin:14mm}
body{font-size:9.5pt}
.page{max-width:none;padding:0}
.bar,.about,.js,[data-js] .js,[data-js] .js.flex{display:none}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important}
details.finding>summary::before,details.more>summary{display:none}
details.finding>summary{grid-template-columns:minmax(0,1fr)}
.shown{grid-template-columns:minmax(0,1fr);padding-left:0;gap:.6rem}
.hex{max-height:none;overflow:visible;font-size:8.5pt}
.scroll{overflow:visible}
h2,h3,.rule>header,figcaption{break-after:avoid}
.ladder,.hex div,tr,summary{break-inside:avoid}
a{color:inherit;text-decoration:none}
svg *,.cell,.sign,mark,.lane,.swatch,.verdict{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`
