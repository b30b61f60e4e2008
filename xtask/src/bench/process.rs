//! What the kernel knows about a process.

use std::fs;

use crate::shell::Outcome;

/// Microseconds of one tick in /proc: USER_HZ is 100 wherever Linux runs (proc(5)).
const TICK: u64 = 10_000;

/// CPU time of all threads so far, user and system, in microseconds.
pub(crate) fn cpu_micros(pid: u32) -> Outcome<u64> {
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|error| format!("process {pid}: {error}"))?;
    ticks(&stat).map(|ticks| ticks * TICK).ok_or_else(|| format!("process {pid}: its stat can't be read"))
}

/// Fields 14 and 15 (proc(5)), counted after the command's name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Resident memory at its highest so far, in kilobytes.
pub(crate) fn peak_memory(pid: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|error| format!("process {pid}: {error}"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok());
    kilobytes.ok_or_else(|| format!("process {pid}: its memory can't be read"))
}

#[cfg(test)]
mod tests {
    use super::{cpu_micros, peak_memory, ticks};

    #[test]
    fn user_and_system_time_are_added() {
        let stat = "7 (a (strange) name) S 1 7 7 0 -1 4194560 100 0 0 0 42 8 0 0 20 0 4 0 100";
        assert_eq!(ticks(stat), Some(50));
    }

    #[test]
    fn this_process_has_used_memory() {
        assert!(peak_memory(std::process::id()).unwrap() > 100);
        assert!(cpu_micros(std::process::id()).is_ok());
    }
}
