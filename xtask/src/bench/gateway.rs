//! The gateway and nginx side by side: both proxy to the same sample provider, under the same load, by turns.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::load::{Load, Measured, medians};
use super::process::peak_memory;
use crate::shell::{Outcome, command, output, run, target};
use crate::tools;

/// Runs of each load on each server; the median counts.
const RUNS: usize = 5;
const SECONDS: u32 = 3;

struct Scenario {
    name: &'static str,
    connections: u32,
    stream: bool,
    bytes: usize,
}

const SCENARIOS: [Scenario; 4] = [
    Scenario { name: "1 KB, 32 connections", connections: 32, stream: false, bytes: 1 << 10 },
    Scenario { name: "1 KB, 1 connection", connections: 1, stream: false, bytes: 1 << 10 },
    Scenario { name: "SSE of 50 words, 32 connections", connections: 32, stream: true, bytes: 1 << 10 },
    Scenario { name: "32 KB, 32 connections", connections: 32, stream: false, bytes: 32 << 10 },
];

/// Measures and returns two tables.
pub(crate) fn against_nginx() -> Outcome<String> {
    tools::ensure_program("nginx", "nginx")?;
    tools::ensure_program("wrk", "wrk")?;
    run(&mut command("cargo build --release --locked --package carveout"))?;
    let scratch = target().join("bench");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let stand = Stand::start()?;
    let nginx = Nginx::start(&scratch, &stand.provider)?;
    // Connections and caches are warm before anything is counted.
    let mut text = String::from(
        "| load | nginx CPU us/request | gateway CPU us/request | ratio | added p50 us | added p99 us | gateway requests/s |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for scenario in &SCENARIOS {
        let [direct, proxied, governed] = measure(scenario, &stand, &nginx, &scratch)?;
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {:.0} |",
            scenario.name,
            proxied.cpu,
            governed.cpu,
            governed.cpu / proxied.cpu,
            governed.p50 - direct.p50,
            governed.p99 - direct.p99,
            governed.per_second,
        );
    }
    let (ours, theirs) = (peak_memory(stand.gateway_pid)?, peak_memory(nginx.child.id())?);
    let _ = writeln!(
        text,
        "\nResident memory at its highest: gateway {} MB, nginx {} MB.",
        ours / 1024,
        theirs / 1024
    );
    text.push_str(&adoption()?);
    Ok(text)
}

/// From an officer's signature under a designation to the first use that it bars.
fn adoption() -> Outcome<String> {
    println!("$ adoption");
    let mut script = Command::new(tools::e2e_python()?);
    script.arg(crate::shell::root().join("e2e/adoption.py"));
    let told = output(script.env("CARVEOUT_BIN", target().join("release/carveout")))?;
    Ok(format!("\n{told}"))
}

/// Provider directly, nginx, gateway: by turns, so that a busy moment of the machine meets all three.
fn measure(scenario: &Scenario, stand: &Stand, nginx: &Nginx, scratch: &Path) -> Outcome<[Measured; 3]> {
    let load = |model, seconds| Load {
        connections: scenario.connections,
        seconds,
        model,
        key: &stand.key,
        stream: scenario.stream,
        bytes: scenario.bytes,
    };
    let sides = [
        ("sample-1", stand.provider.as_str(), None),
        ("sample-1", nginx.address.as_str(), Some(nginx.child.id())),
        ("chat", stand.gateway.as_str(), Some(stand.gateway_pid)),
    ];
    let mut runs: [Vec<Measured>; 3] = Default::default();
    for (model, address, pid) in sides {
        load(model, 1).run(address, pid, scratch)?;
    }
    for _ in 0..RUNS {
        for (runs, (model, address, pid)) in runs.iter_mut().zip(sides) {
            runs.push(load(model, SECONDS).run(address, pid, scratch)?);
        }
    }
    Ok(runs.each_ref().map(|runs| medians(runs)))
}

/// The sample provider and the gateway, as the end-to-end suite sets them up.
struct Stand {
    child: Child,
    provider: String,
    gateway: String,
    gateway_pid: u32,
    key: String,
}

impl Stand {
    fn start() -> Outcome<Self> {
        let mut child = Command::new(tools::e2e_python()?)
            .arg(crate::shell::root().join("e2e/stand.py"))
            .env("CARVEOUT_BIN", target().join("release/carveout"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("e2e/stand.py did not start: {error}"))?;
        let output = child.stdout.take();
        // From here on the child is ended with the stand, whatever goes wrong.
        let mut stand = Self {
            child,
            provider: String::new(),
            gateway: String::new(),
            gateway_pid: 0,
            key: String::new(),
        };
        let mut lines = BufReader::new(output.ok_or("e2e/stand.py has no output")?).lines();
        let mut value = |name: &str| {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            let value = line.strip_prefix(&format!("{name}=")).map(str::to_owned);
            value.ok_or_else(|| format!("e2e/stand.py said `{line}` where `{name}` was due"))
        };
        stand.provider = value("provider")?;
        stand.gateway = value("gateway")?;
        stand.gateway_pid = value("gateway_pid")?.parse().map_err(|_| "e2e/stand.py gave no process id")?;
        stand.key = value("key")?;
        Ok(stand)
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // The end of its input tells it to stop what it started.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// One nginx process that proxies to the provider with connections kept open.
struct Nginx {
    child: Child,
    address: String,
}

impl Nginx {
    fn start(scratch: &Path, provider: &str) -> Outcome<Self> {
        let address = free_address()?;
        let file = scratch.join("nginx.conf");
        fs::write(&file, configuration(scratch, &address, provider))
            .map_err(|error| format!("nginx.conf: {error}"))?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(scratch.join("nginx.log"))
            .env(
                "PATH",
                format!("{}:/usr/sbin", std::env::var_os("PATH").unwrap_or_default().to_string_lossy()),
            )
            .spawn()
            .map_err(|error| format!("nginx did not start: {error}"))?;
        thread::sleep(Duration::from_millis(300));
        Ok(Self { child, address })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(scratch: &Path, address: &str, provider: &str) -> String {
    format!(
        "daemon off;\nmaster_process off;\nworker_processes 1;\npid {scratch}/nginx.pid;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  client_body_temp_path {scratch}/body;\n  proxy_temp_path {scratch}/proxy;\n\
         \x20 fastcgi_temp_path {scratch}/fastcgi;\n  uwsgi_temp_path {scratch}/uwsgi;\n  scgi_temp_path {scratch}/scgi;\n\
         \x20 client_body_buffer_size 1m;\n  keepalive_requests 100000000;\n\
         \x20 upstream provider {{ server {provider}; keepalive 64; keepalive_requests 100000000; }}\n\
         \x20 server {{\n    listen {address};\n    location / {{\n      proxy_pass http://provider;\n\
         \x20     proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n      proxy_buffering off;\n    }}\n  }}\n}}\n",
        scratch = scratch.display()
    )
}

fn free_address() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.to_string()).map_err(|error| format!("no free port: {error}"))
}
