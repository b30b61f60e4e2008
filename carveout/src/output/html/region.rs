//! Regions on a page.

use carveout_terms::Attester;

use super::Html;
use crate::output::{
    region::{CubeView, Group, RegionView, Said},
    ruled::Ruled,
};

/// A region under its title. `unfinished` says why it may be larger than what is listed.
pub(crate) fn region(html: &mut Html, title: &str, region: &RegionView, unfinished: &str) {
    html.markup("<section class=\"region\">\n").within("<h3>", title, "</h3>\n");
    extent(html, region, unfinished);
    if !region.in_every_case.is_empty() {
        html.markup("<div class=\"common\"><p>In every case</p>");
        said(html, &region.in_every_case);
        html.markup("</div>\n");
    }
    let first = region.first();
    for group in &region.groups {
        print_group(html, region, group, &first);
    }
    html.markup("</section>\n");
}

fn extent(html: &mut Html, region: &RegionView, unfinished: &str) {
    html.markup("<p class=\"extent\">");
    match (region.cubes.len(), region.exhausted) {
        (0, true) => html.markup("<b class=\"proven\">Nothing.</b> It is proven that there is no such use."),
        (0, false) => html.markup("<b class=\"open\">Undecided</b>: ").text(unfinished).markup("."),
        (1, true) => html.markup("One kind of use, <b class=\"proven\">proven to be the whole region</b>."),
        (cubes, true) => {
            html.text(cubes).markup(" kinds of use, <b class=\"proven\">proven to be the whole region</b>.")
        }
        (cubes, false) => html
            .text(cubes)
            .markup(
                " kinds of use, each proven, and perhaps more: <b class=\"open\">not exhausted</b>, because ",
            )
            .text(unfinished)
            .markup("."),
    };
    html.markup("</p>\n");
}

fn print_group(html: &mut Html, region: &RegionView, group: &Group, first: &[usize]) {
    html.markup("<div class=\"group\">\n<p class=\"turn\">");
    if group.before != group.after {
        ruled(html, &group.before);
        html.markup("<span class=\"arrow\" aria-label=\"becomes\"> → </span>");
    }
    ruled(html, &group.after);
    let count = if group.cubes.len() == 1 {
        "1 kind of use".to_owned()
    } else {
        format!("{} kinds of use", group.cubes.len())
    };
    html.within(" <span class=\"count\">", count, "</span></p>\n");
    if !group.in_every_case.is_empty() {
        html.markup("<div class=\"common\"><p>In each of them</p>");
        said(html, &group.in_every_case);
        html.markup("</div>\n");
    }
    let (shown, more): (Vec<usize>, Vec<usize>) = group.cubes.iter().partition(|cube| first.contains(cube));
    cubes(html, region, &shown);
    if !more.is_empty() {
        let label = if shown.is_empty() { "kinds of use" } else { "more kinds of use" };
        html.markup("<details><summary>").text(more.len()).markup(" ").text(label).markup("</summary>\n");
        cubes(html, region, &more);
        html.markup("</details>\n");
    }
    html.markup("</div>\n");
}

/// What was ruled, by which clauses.
pub(super) fn ruled(html: &mut Html, ruled: &Ruled) {
    let open = match ruled.ruling {
        "permit" => "<span class=\"ruling permit\">",
        "hold" => "<span class=\"ruling hold\">",
        _ => "<span class=\"ruling deny\">",
    };
    html.within(open, ruled.verb(), "</span>").text(ruled.rest());
}

fn cubes(html: &mut Html, region: &RegionView, positions: &[usize]) {
    html.markup("<div class=\"cubes\">\n");
    for position in positions {
        if let Some(cube) = region.cubes.get(*position) {
            print_cube(html, position + 1, cube);
        }
    }
    html.markup("</div>\n");
}

fn print_cube(html: &mut Html, number: usize, cube: &CubeView) {
    html.markup("<article class=\"cube\">").within("<p class=\"number\">", number, "</p><div>\n");
    let own: Vec<&Said> = cube.own().collect();
    if own.is_empty() {
        html.markup("<p class=\"any\">").text(cube.anything()).markup("</p>");
    }
    said(html, own);
    html.markup("<p class=\"use\"><span>a use of this kind</span><code>")
        .text(&cube.use_)
        .markup("</code></p>\n");
    html.markup("<details><summary>as a condition</summary><pre><code>")
        .text(&cube.cedar)
        .markup("</code></pre></details>\n");
    html.markup("</div></article>\n");
}

/// What is said of each fact, and on whose word it rests.
fn said<'a>(html: &mut Html, said: impl IntoIterator<Item = &'a Said>) {
    html.markup("<ul class=\"said\">\n");
    for one in said {
        let rest = one.words.strip_prefix(one.fact.as_str()).unwrap_or(&one.words);
        html.within("<li><b>", &one.fact, "</b>").text(rest);
        let (open, whose) = match one.attester {
            Attester::None => (" <span class=\"word nobody\">", "nobody can observe it"),
            Attester::Caller => (" <span class=\"word\">", "the caller’s word"),
            Attester::Program => (" <span class=\"word\">", "registered and signed"),
            Attester::Officer => (" <span class=\"word\">", "an officer’s signed word"),
            Attester::Judge => (" <span class=\"word\">", "a classifier’s opinion"),
            Attester::Gateway => (" <span class=\"word\">", "measured"),
        };
        html.within(open, whose, "</span></li>\n");
    }
    html.markup("</ul>\n");
}
