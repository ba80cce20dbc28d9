#pragma once

namespace doline::demo {

/// The page's style. Two sets of colours, by the reader's setting; charts take theirs from here.
inline constexpr const char* kReportStyle = R"css(
:root{color-scheme:light dark;--paper:#f7f6f2;--card:#fffefb;--edge:#e4e1d8;--ink:#1d2329;--soft:#4b5560;--faint:#78818b;
--grid:#ebe8df;--mark:#2f7d8c;--area:#2f7d8c33;--bad:#c4483c;--c1:#2f7d8c;--c2:#c98a1b;--c3:#b0457f;--good:#2c8a57}
@media(prefers-color-scheme:dark){:root{--paper:#12161a;--card:#191f25;--edge:#29313a;--ink:#e8eaec;--soft:#b3bbc4;--faint:#8a949f;
--grid:#262e36;--mark:#4fb0c0;--area:#4fb0c033;--bad:#ea7466;--c1:#4fb0c0;--c2:#e5b04e;--c3:#e383b8;--good:#5fc58d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:2.5rem 1.25rem 4rem}
header h1{font-size:2rem;font-weight:650;letter-spacing:-.02em;line-height:1.15;margin:0 0 .4rem}
header p{color:var(--soft);margin:0 0 1.6rem;max-width:46rem}
h2{font-size:1.35rem;font-weight:640;letter-spacing:-.01em;margin:3rem 0 .25rem}
h2+p{color:var(--soft);margin:0 0 1rem;max-width:46rem}
h3{font-size:1rem;font-weight:620;margin:0}
.about{color:var(--faint);font-size:.86rem;margin:.1rem 0 .7rem}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}
.card{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:1.05rem 1.2rem 1rem;min-width:0}
.wide{grid-column:1/-1}
@media(max-width:820px){.grid{grid-template-columns:minmax(0,1fr)}.wide .scrollx{overflow-x:auto}.wide .scrollx>svg{min-width:760px}}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:13px;fill:var(--ink)}svg .small{font-size:12px}svg .faint{fill:var(--faint)}svg .strong{font-weight:600}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg text,td,b{font-variant-numeric:tabular-nums}
.mark{fill:var(--mark)}.bad{fill:var(--bad)}.area{fill:var(--area)}.catch{fill:transparent}
.hover:hover{fill:color-mix(in srgb,var(--ink) 9%,transparent)}g:hover>.mark,g:hover>.bad{opacity:.8}
.grid line,line.grid{stroke:var(--grid);stroke-width:1}line.over{stroke:#fff;stroke-opacity:.13;stroke-width:1}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.line1{stroke:var(--c1)}.line2{stroke:var(--c2)}.line3{stroke:var(--c3)}.linebad{stroke:var(--bad);stroke-width:1.2}
svg .ink1{fill:var(--c1)}svg .ink2{fill:var(--c2)}svg .ink3{fill:var(--c3)}
.tiles{display:grid;grid-template-columns:repeat(var(--cells),minmax(0,1fr));gap:.8rem 1.4rem}
@media(max-width:820px){.tiles{grid-template-columns:repeat(auto-fill,minmax(118px,1fr))}}
.tiles .long{grid-column:span 2}.tiles .long b{font-size:1.12rem;line-height:1.6}
.tiles div{display:flex;flex-direction:column}.tiles b{font-size:1.42rem;font-weight:640;letter-spacing:-.015em;line-height:1.25;white-space:nowrap}
.tiles span{color:var(--faint);font-size:.84rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{padding:.32rem .6rem;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap;font-weight:400}
tr>:first-child{text-align:left;padding-left:0}thead th{color:var(--faint);font-size:.82rem}.text{text-align:left}
tbody tr:last-child>*{border-bottom:0}tbody th{font-weight:600}
details{margin-top:.7rem}summary{color:var(--faint);font-size:.8rem;cursor:pointer;width:max-content}
pre{font:12px/1.55 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--soft);overflow-x:auto;margin:.5rem 0 0}
.legend{white-space:nowrap;display:flex;align-items:center;gap:.6rem;color:var(--faint);font-size:.82rem;justify-content:flex-end;margin-top:.3rem}.legend svg{min-width:60px;width:180px;height:10px;border-radius:3px}
.plan{display:grid;grid-template-columns:minmax(0,1fr) 150px 5.2rem 6.4rem 6rem;gap:.15rem .9rem;font-size:.86rem;align-items:center}
.plan>*{min-width:0}.plan .op{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.plan .op i{color:var(--faint);font-style:normal}
.plan .time{height:12px;border-radius:2.5px;background:var(--mark)}.plan .r{text-align:right;font-variant-numeric:tabular-nums}.plan .head{color:var(--faint);font-size:.82rem}
.checks{list-style:none;margin:0;padding:0}.checks li{padding:.2rem 0}.checks b{display:inline-block;width:4.2rem;color:var(--good)}.checks .no b{color:var(--bad)}.checks span{color:var(--faint);margin-left:.8rem;font-variant-numeric:tabular-nums}
footer{color:var(--faint);font-size:.86rem;margin-top:2.5rem}code{font:.92em ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media(max-width:820px){.plan{grid-template-columns:minmax(0,1fr) 60px 4.6rem 5.6rem}.plan .spill{display:none}}
@media print{body{background:none}.card{break-inside:avoid}}
)css";

}  // namespace doline::demo
