//! A bill of materials that is much larger than the memory it is read in: `bench_inventory FOLDER [MEGABYTES]`. The
//! documents are made up, in the shape of CycloneDX 1.6, in JSON and in XML.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
    time::Instant,
};

use carveout_exposure::inventory::read;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How much memory the process holds at most so far, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn json(path: &Path, bytes: u64) -> Outcome {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,\"components\":[")?;
    let mut written = 0;
    for number in 0_u64.. {
        let comma = if number == 0 { "" } else { "," };
        let part = format!(
            "{comma}{{\"type\":\"library\",\"bom-ref\":\"p{number}\",\"group\":\"example\",\"name\":\"part-{number}\",\"version\":\"1.0.{number}\",\"purl\":\"pkg:npm/part-{number}@1.0.{number}\",\"licenses\":[{{\"license\":{{\"id\":\"MIT\"}}}}],\"hashes\":[{{\"alg\":\"SHA-256\",\"content\":\"{number:064x}\"}}]}}"
        );
        file.write_all(part.as_bytes())?;
        written += part.len() as u64;
        if written >= bytes {
            break;
        }
    }
    write!(file, "]}}")?;
    Ok(file.flush()?)
}

fn xml(path: &Path, bytes: u64) -> Outcome {
    let mut file = BufWriter::new(File::create(path)?);
    write!(
        file,
        "<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\" version=\"1\"><components>\n"
    )?;
    let mut written = 0;
    for number in 0_u64.. {
        let part = format!(
            "<component type=\"library\" bom-ref=\"p{number}\"><group>example</group><name>part-{number}</name><version>1.0.{number}</version><hashes><hash alg=\"SHA-256\">{number:064x}</hash></hashes><purl>pkg:npm/part-{number}@1.0.{number}</purl></component>\n"
        );
        file.write_all(part.as_bytes())?;
        written += part.len() as u64;
        if written >= bytes {
            break;
        }
    }
    writeln!(file, "</components></bom>")?;
    Ok(file.flush()?)
}

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        println!("a large bill of materials: not measured; `cargo xtask bench exposure` gives the folder");
        return Ok(());
    };
    let megabytes = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(100_u64);
    println!(
        "| a bill of materials | size | parts | rate | memory before | most memory |\n|---|---|---|---|---|---|"
    );
    type Make = fn(&Path, u64) -> Outcome;
    for (what, name, make) in [("JSON", "bom.json", json as Make), ("XML", "bom.xml", xml as Make)] {
        let path = Path::new(&folder).join(name);
        make(&path, megabytes << 20)?;
        let (size, before, start) = (std::fs::metadata(&path)?.len(), peak(), Instant::now());
        let mut parts = 0_u64;
        let read = read(BufReader::with_capacity(64 << 10, File::open(&path)?), &mut |_| parts += 1)?;
        if read.parts != parts || read.not_read.total() > 0 {
            return Err(format!("{} parts were not read", read.not_read.total()).into());
        }
        let seconds = start.elapsed().as_secs_f64();
        let rate = f64::from(u32::try_from(size >> 20).unwrap_or(u32::MAX)) / seconds;
        println!(
            "| CycloneDX 1.6, {what} | {} MB | {parts} | {rate:.0} MB/s | {:.1} MB | {:.1} MB |",
            size >> 20,
            f64::from(u32::try_from(before).unwrap_or(u32::MAX)) / 1024.0,
            f64::from(u32::try_from(peak()).unwrap_or(u32::MAX)) / 1024.0
        );
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
