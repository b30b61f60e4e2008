//! Pages such as docs/performance.md: prose written by people, numbers written between markers.

use std::fs;

use crate::shell::{Outcome, command, output, root};

const PAGE: &str = "docs/performance.md";

/// Replaces what stands between a section's markers.
pub(crate) fn write(section: &str, text: &str) -> Outcome {
    fill(PAGE, &format!("bench:{section}"), text)
}

/// Replaces what stands between two markers of a page.
pub(crate) fn fill(page: &str, marker: &str, text: &str) -> Outcome {
    let filled = filled(page, marker, text)?;
    fs::write(root().join(page), filled).map_err(|error| format!("{page}: {error}"))
}

/// Whether a page says this between two markers.
pub(crate) fn says(page: &str, marker: &str, text: &str) -> Outcome<bool> {
    let is = fs::read_to_string(root().join(page)).map_err(|error| format!("{page}: {error}"))?;
    Ok(filled(page, marker, text)? == is)
}

fn filled(page: &str, marker: &str, text: &str) -> Outcome<String> {
    let is = fs::read_to_string(root().join(page)).map_err(|error| format!("{page}: {error}"))?;
    replaced(&is, marker, text).ok_or_else(|| format!("{page} lacks the markers of `{marker}`"))
}

/// Notes the day, the commit and the machine of the last run.
pub(crate) fn stamp() -> Outcome {
    let commit = output(&mut command("git rev-parse --short HEAD"))?;
    let changed = output(&mut command("git status --porcelain --untracked-files=no"))?;
    let day = output(&mut command("date -u +%Y-%m-%d"))?;
    let cores = output(&mut command("nproc"))?;
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let state = if changed.lines().all(|line| line.ends_with(PAGE)) { "" } else { " with changes" };
    let text = format!(
        "Last run on {}, commit `{}`{state}, {} cores, {}.\n",
        day.trim(),
        commit.trim(),
        cores.trim(),
        model.trim_matches([' ', '\t', ':']),
    );
    write("stamp", &text)
}

/// What a bench printed: Markdown if it looks like it, else as it stands.
pub(crate) fn block(printed: &str) -> String {
    let is_markdown = printed.lines().any(|line| line.starts_with('|'));
    if is_markdown {
        format!("{}\n\n", printed.trim())
    } else {
        format!("```text\n{}\n```\n\n", printed.trim_end())
    }
}

fn replaced(page: &str, marker: &str, text: &str) -> Option<String> {
    let (start, end) = (format!("<!-- {marker} -->\n"), format!("<!-- /{marker} -->"));
    let (before, rest) = page.split_once(&start)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{start}{}\n{end}{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::{block, replaced};

    #[test]
    fn only_the_section_between_its_markers_changes() {
        let page = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n<!-- bench:y -->\n<!-- /bench:y -->\n";
        let once = replaced(page, "bench:x", "| new |\n").unwrap();
        assert_eq!(
            once,
            "a\n<!-- bench:x -->\n| new |\n<!-- /bench:x -->\nb\n<!-- bench:y -->\n<!-- /bench:y -->\n"
        );
        assert_eq!(replaced(&once, "bench:x", "| new |\n").unwrap(), once);
        assert!(replaced(page, "bench:z", "").is_none());
    }

    #[test]
    fn tables_are_taken_as_they_are() {
        assert_eq!(block("| a |\n"), "| a |\n\n");
        assert_eq!(block("a: 1\n"), "```text\na: 1\n```\n\n");
    }
}
