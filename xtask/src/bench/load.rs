//! A bounded load on one server of this machine, by wrk.

use std::fs;
use std::path::Path;

use crate::bench::process;
use crate::shell::{Outcome, command, output};

/// What is sent, and by how many connections.
pub(crate) struct Load<'a> {
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
    pub(crate) model: &'a str,
    pub(crate) key: &'a str,
    pub(crate) stream: bool,
    /// The request's body in bytes, at least.
    pub(crate) bytes: usize,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// CPU time of the server for one request, in microseconds.
    pub(crate) cpu: f64,
    /// Latency in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) per_second: f64,
}

impl Load<'_> {
    /// Sends the load to `address`; `pid` is the server whose time is counted. Any failed request is an error.
    pub(crate) fn run(&self, address: &str, pid: Option<u32>, scratch: &Path) -> Outcome<Measured> {
        let script = scratch.join("load.lua");
        fs::write(&script, self.script()).map_err(|error| format!("{}: {error}", script.display()))?;
        let before = pid.map(process::cpu_micros).transpose()?;
        let line = format!("wrk -t1 -c{} -d{}s --timeout 10s -s", self.connections, self.seconds);
        let url = format!("http://{address}/v1/chat/completions");
        let printed = output(command(&line).arg(&script).arg(url))?;
        let after = pid.map(process::cpu_micros).transpose()?;
        let [requests, errors, p50, p99, micros] = result(&printed)?;
        if errors > 0.0 || requests < 1.0 {
            return Err(format!("{errors} of {requests} requests to {address} failed\n{printed}"));
        }
        let spent = after.zip(before).map_or(0, |(after, before)| after - before);
        let spent = u32::try_from(spent).map_or(f64::MAX, f64::from);
        Ok(Measured { cpu: spent / requests, p50, p99, per_second: requests * 1e6 / micros })
    }

    /// The body: a question, padded to the size wanted.
    fn body(&self) -> String {
        let body = |padding: &str| {
            format!(
                r#"{{"model":"{}","stream":{},"messages":[{{"role":"user","content":"{padding} [words 50]"}}]}}"#,
                self.model, self.stream
            )
        };
        let missing = self.bytes.saturating_sub(body("").len());
        body(&"stores ".repeat(missing.div_ceil(7)))
    }

    fn script(&self) -> String {
        format!(
            "wrk.method = 'POST'\nwrk.body = [[{}]]\n\
             wrk.headers['Content-Type'] = 'application/json'\nwrk.headers['Authorization'] = 'Bearer {}'\n\
             wrk.headers['Carveout-Use'] = 'purpose=logistics.supply, subject=none'\n\
             done = function(summary, latency)\n\
             \x20 local e = summary.errors\n\
             \x20 io.write(string.format('RESULT %d %d %d %d %d\\n', summary.requests,\n\
             \x20   e.connect + e.read + e.write + e.status + e.timeout,\n\
             \x20   latency:percentile(50), latency:percentile(99), summary.duration))\n\
             end\n",
            self.body(),
            self.key
        )
    }
}

/// The numbers of the line that the script prints.
fn result(printed: &str) -> Outcome<[f64; 5]> {
    let line = printed.lines().find_map(|line| line.strip_prefix("RESULT "));
    let numbers: Option<Vec<f64>> =
        line.map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect());
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| format!("wrk printed no result:\n{printed}"))
}

/// The middle one of each number, over repeated runs.
pub(crate) fn medians(runs: &[Measured]) -> Measured {
    let median = |number: fn(&Measured) -> f64| {
        let mut numbers: Vec<f64> = runs.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or_default()
    };
    Measured {
        cpu: median(|run| run.cpu),
        p50: median(|run| run.p50),
        p99: median(|run| run.p99),
        per_second: median(|run| run.per_second),
    }
}

#[cfg(test)]
mod tests {
    use super::{Load, Measured, medians, result};

    #[test]
    fn a_body_is_json_of_the_size_wanted() {
        let load = Load { connections: 1, seconds: 1, model: "m", key: "k", stream: true, bytes: 1024 };
        let body = load.body();
        assert!((1024..1032).contains(&body.len()), "{}", body.len());
        assert!(body.starts_with(r#"{"model":"m","stream":true,"#) && body.ends_with(r#"[words 50]"}]}"#));
    }

    #[test]
    fn the_middle_run_counts() {
        let run = |cpu| Measured { cpu, ..Measured::default() };
        assert!((medians(&[run(9.0), run(1.0), run(3.0)]).cpu - 3.0).abs() < f64::EPSILON);
        assert_eq!(result("x\nRESULT 5 0 10 20 1000000\n").unwrap()[0].to_string(), "5");
        assert!(result("nothing").is_err());
    }
}
