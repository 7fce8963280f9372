namespace PaymentPipeline.Load.Results;

/// <summary>How the page looks. Lines differ by dashes too, not by colour alone.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --page: #fbfbfa; --card: #ffffff; --ink: #1d2329; --soft: #59636e; --rule: #e1e4e8; --grid: #eceef0;
          --good: #116329; --good-back: #dafbe1; --bad: #a40e26; --bad-back: #ffebe9; --warn: #7d4e00; --warn-back: #fff5d6;
          --blue: #0b69c7; --green: #1a7f4b; --orange: #bc5b00; --red: #c9243c; --violet: #7a3fd1; --teal: #0c7f8c; --pink: #b83280;
          --grey: #6e7781; --sky: #4c9be8; --navy: #123f8c; }
        @media (prefers-color-scheme: dark) { :root { --page: #0f1418; --card: #171d23; --ink: #e6eaee; --soft: #9aa6b2; --rule: #2d353d;
          --grid: #242b32; --good: #6fdd8b; --good-back: #12321d; --bad: #ff9a9a; --bad-back: #431519; --warn: #f0c04a; --warn-back: #382a08;
          --blue: #62a8f5; --green: #4fc98a; --orange: #f2994a; --red: #ff7b86; --violet: #b392f5; --teal: #4fc6d3; --pink: #f287bf;
          --grey: #98a3ae; --sky: #8fc4fb; --navy: #4f80dd; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main, header { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
        header { padding-top: 28px; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 40px 0 12px; }
        h3 { font-size: 1.05rem; margin: 0; }
        p { margin: 0 0 8px; }
        .soft, figcaption p, caption, .unit { color: var(--soft); font-size: 0.9rem; }
        .badge { display: inline-block; border-radius: 999px; padding: 2px 12px; font-size: 0.9rem; font-weight: 600; }
        .good { color: var(--good); background: var(--good-back); }
        .bad { color: var(--bad); background: var(--bad-back); }
        .warn { color: var(--warn); background: var(--warn-back); }
        ul.warn { border-radius: 8px; padding: 10px 16px 10px 34px; margin: 0 0 12px; overflow-wrap: anywhere; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 12px; margin: 20px 0 0; }
        .tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px 16px; }
        .tiles dt { color: var(--soft); font-size: 0.85rem; }
        .tiles dd { margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
        .tiles dd small { display: block; font-size: 0.85rem; font-weight: 400; color: var(--soft); }
        .chart { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px 20px; margin: 0 0 20px; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0; padding: 0; font-size: 0.9rem; }
        .legend svg { width: 28px; height: 4px; margin-right: 6px; vertical-align: middle; overflow: visible; }
        .plot { display: grid; grid-template-columns: auto 1fr; margin-right: 8px; }
        .unit { grid-column: 1 / -1; margin: 0 0 8px; }
        .unit.right { text-align: right; margin: 0; }
        .y { position: relative; grid-column: 1; min-width: 56px; height: 280px; font-variant-numeric: tabular-nums; }
        .y span { position: absolute; right: 8px; transform: translateY(50%); font-size: 0.8rem; color: var(--soft); }
        .area { position: relative; grid-column: 2; height: 280px; border-bottom: 1px solid var(--soft); }
        .area svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
        .x { position: relative; grid-column: 2; height: 24px; }
        .x span { position: absolute; transform: translateX(-50%); top: 4px; font-size: 0.8rem; color: var(--soft); white-space: nowrap; }
        .mark { position: absolute; padding: 0 5px; font-size: 0.75rem; line-height: 1.2em; color: var(--ink); max-width: 40%;
          white-space: nowrap; overflow: hidden; text-overflow: ellipsis; background: var(--card); border-radius: 3px; opacity: 0.9;
          margin: 0 2px; }
        .mark.back { text-align: right; }
        path { fill: none; vector-effect: non-scaling-stroke; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .event { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 2 3; }
        .line { stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
        .offered { stroke: var(--grey); stroke-dasharray: 5 4; } .accepted { stroke: var(--green); } .refused { stroke: var(--orange); stroke-dasharray: 8 3; }
        .failed { stroke: var(--red); stroke-width: 2.5; } .applied { stroke: var(--violet); stroke-dasharray: 1 4; stroke-width: 2.25; }
        .p50 { stroke: var(--sky); } .p90 { stroke: var(--blue); stroke-dasharray: 8 3; } .p99 { stroke: var(--navy); stroke-width: 2.5; }
        .p999 { stroke: var(--violet); } .p9999 { stroke: var(--pink); stroke-dasharray: 8 3; } .max { stroke: var(--grey); stroke-dasharray: 1 4; }
        .a { stroke: var(--blue); } .b { stroke: var(--orange); stroke-dasharray: 8 3; } .c { stroke: var(--green); }
        .d { stroke: var(--violet); stroke-dasharray: 5 4; } .e { stroke: var(--red); } .f { stroke: var(--teal); stroke-dasharray: 8 3; }
        .g { stroke: var(--pink); } .h { stroke: var(--grey); stroke-dasharray: 2 3; }
        details { margin-top: 8px; } summary { cursor: pointer; color: var(--blue); font-size: 0.9rem; }
        .wide { overflow: auto; max-height: 420px; border: 1px solid var(--rule); border-radius: 8px; margin-top: 8px; }
        section > .wide { max-height: none; background: var(--card); }
        table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding: 8px 12px; }
        th, td { padding: 6px 12px; border-top: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th:first-child, td.text { text-align: left; } td.text { white-space: normal; overflow-wrap: anywhere; }
        thead th { color: var(--soft); font-weight: 600; border-top: 0; }
        tbody th { font-weight: 500; }
        tr.floor th, tr.floor td { color: var(--soft); } tr.ratio th, tr.ratio td { font-weight: 700; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 16px; font-size: 0.85rem; }
        footer { margin: 40px 0 32px; }
        :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
        @media (max-width: 560px) { main, header { padding-left: 12px; padding-right: 12px; } .chart { padding: 12px; } .x .odd { display: none; }
          .y, .area { height: 210px; } .y { min-width: 44px; } .tiles { grid-template-columns: repeat(2, 1fr); gap: 8px; } .tiles dd { font-size: 1.2rem; }
          th, td { padding: 5px 8px; } tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9em; } }
        @media print { .wide { max-height: none; } .chart { break-inside: avoid; } }
        """;
}
