//! A call log of 1,000,000 rows, made up: read, its numbers normalised and its calls attributed, each as a whole process. Beside it in the
//! same run: the same file through `csv` and serde with its times parsed and nothing else (the floor), and `DuckDB`'s load of it (from `PyPI`).
//! Then a log is imported into a workspace that has asked builders (evidence, store, judgement), twice: the second time nothing is new.
//!
//!     cargo bench --bench calllog                # three rounds of each, the best counts; the import of 100,000 rows once
//!     cargo bench --bench calllog -- --rounds 5
//!     cargo bench --bench calllog -- --million        # the import of a million rows too: whether a row takes longer the more there are
//!     cargo bench --bench calllog -- --import 20000   # the import alone, of so many rows
//!
//! Needs Debian's time; `pip install duckdb` for its part.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "no file here has so many bytes or rows")]

#[path = "../mailbox/process.rs"]
mod process;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use crickets::attribute::{self, Learned, Switchboard, Target};
use crickets::collect::phone::{Row, Settings, read};
use crickets::shop::InquiryId;
use process::{Figures, timed};

/// Rows of the log.
const MANY: u64 = 1_000_000;
/// Rows of the log that is imported.
const IMPORTED: u64 = 100_000;
/// Builders that were asked, and the numbers that they were given.
const BUILDERS: usize = 200;
const GIVEN: [&str; 3] = ["+15125550142", "+12145550143", "+17135550144"];
/// Of these, the builders that the workspace of the import has asked, with the first number.
const ASKED: u64 = 20;

fn main() {
    let options: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| options.iter().position(|option| option == name).map(|at| options.get(at + 1..).unwrap_or_default());
    if let Some([what, file]) = after("--child") {
        return child(what, Path::new(file));
    }
    let rounds: usize = after("--rounds").and_then(|rest| rest.first()).map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let folder = tempfile::tempdir().unwrap();
    if let Some([rows, ..]) = after("--import") {
        return imported(folder.path(), rows.parse().expect("a number of rows"));
    }
    let log = folder.path().join("calls.csv");
    write(&log, MANY);
    println!("== {MANY} rows, {:.1} MB", std::fs::metadata(&log).unwrap().len() as f64 / 1e6);
    let best = |name: &str, command: &dyn Fn() -> Command| -> Option<f64> {
        let figures: Vec<Figures> = (0..rounds).map(|_| timed(&command()).0).collect();
        let best = figures.iter().min_by(|a, b| cpu(a).total_cmp(&cpu(b)))?;
        println!(
            "{name:<34} {:>6.2} s CPU  {:>6.2} s  {:>7.0} rows per CPU ms  peak {:>6.1} MB",
            cpu(best),
            best.wall,
            MANY as f64 / cpu(best) / 1e3,
            best.peak_mb
        );
        Some(cpu(best))
    };
    let ours = |what: &'static str| {
        let log = log.clone();
        move || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--child", what]).arg(&log);
            command
        }
    };
    let floor = best("csv, serde, times (floor)", &ours("floor")).unwrap();
    let parsed = best("read and normalised", &ours("read")).unwrap();
    let attributed = best("read, normalised, attributed", &ours("attribute")).unwrap();
    println!("{:.2} and {:.2} times the floor (wanted: at most 2)", parsed / floor, attributed / floor);
    if Command::new("python3").args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success()) {
        best("DuckDB, create table", &|| {
            let mut command = Command::new("python3");
            let sql = "import duckdb,sys; duckdb.sql(f\"create table calls as select * from read_csv('{sys.argv[1]}')\")";
            command.args(["-c", sql]).arg(&log);
            command
        });
    } else {
        println!("DuckDB is not there: pip install duckdb");
    }
    drop(folder);
    for rows in std::iter::once(IMPORTED).chain(options.iter().any(|option| option == "--million").then_some(MANY)) {
        imported(tempfile::tempdir().unwrap().path(), rows);
    }
}

/// Imports a log into a workspace, twice.
fn imported(folder: &Path, rows: u64) {
    let crickets = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crickets"));
        command.current_dir(folder.join("workspace")).args(args);
        command
    };
    let init = Command::new(env!("CARGO_BIN_EXE_crickets")).arg("init").arg(folder.join("workspace")).output().unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let config = "[workspace]\nname = \"bench\"\n[persona.dana]\nfirst = \"Dana\"\nlast = \"Whitfield\"\nphone = \"+15125550142\"\nzip = \"78701\"\n[mailbox.main]\nurl = \"maildir:mail\"\naddress = \"shopper@example.org\"\n[phone.main]\nnumber = \"+15125550142\"\n";
    std::fs::write(folder.join("workspace/crickets.toml"), config).unwrap();
    for builder in 0..ASKED {
        let shop = format!(
            "builder = \"Builder {builder} Homes\"\nsite = \"https://builder{builder}.example/\"\ntimezone = \"America/Chicago\"\nhours = \"Mo-Fr 09:00-18:00\"\nbasis = \"client\"\nstate = \"TX\"\nphones = [\"+1512742{:04}\"]\n[inquiry]\npersona = \"dana\"\nquestion = \"Does the Magnolia have three bays?\"\n[submit]\nmode = \"manual\"\n",
            1000 + builder
        );
        std::fs::write(folder.join(format!("workspace/shops/builder-{builder}.toml")), shop).unwrap();
        let slug = format!("builder-{builder}");
        let mut record = crickets(&["record", "inquiry", &slug, "--wave", "2026-10", "--at", "2026-10-02T15:00:00Z"]);
        let recorded = record.output().unwrap();
        assert!(recorded.status.success(), "{}", String::from_utf8_lossy(&recorded.stderr));
    }
    write(&folder.join("workspace/calls.csv"), rows);
    println!("== {rows} rows imported");
    for what in ["imported", "imported again"] {
        let (figures, said) = timed(&crickets(&["--json", "import", "calls", "calls.csv"]));
        println!(
            "{what:<34} {:>6.2} s CPU  {:>6.2} s  {:>7.0} rows per s  peak {:>6.1} MB",
            cpu(&figures),
            figures.wall,
            rows as f64 / figures.wall,
            figures.peak_mb
        );
        println!("  {}", said.lines().next().unwrap_or_default().chars().take(160).collect::<String>());
    }
}

fn cpu(figures: &Figures) -> f64 {
    figures.user + figures.system
}

/// One part of the work, as a process of its own.
fn child(what: &str, file: &Path) {
    let settings = Settings::default();
    let targets = targets();
    let board = Switchboard::of(&targets);
    let learned = Learned::default();
    let (mut rows, mut owned, mut open) = (0_u64, 0_u64, 0_u64);
    if what == "floor" {
        #[derive(serde::Deserialize)]
        struct Raw<'a> {
            channel: &'a str,
            from: &'a str,
            to: &'a str,
            started_at: &'a str,
            duration_s: u32,
            body: &'a str,
        }
        let mut reader = csv::Reader::from_path(file).unwrap();
        let header = reader.headers().unwrap().clone();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).unwrap() {
            let raw: Raw<'_> = record.deserialize(Some(&header)).unwrap();
            let at = DateTime::parse_from_rfc3339(raw.started_at).unwrap();
            let length = raw.channel.len() + raw.from.len() + raw.to.len() + raw.body.len();
            owned += u64::try_from(at.timestamp()).unwrap() + u64::from(raw.duration_s) + length as u64;
            rows += 1;
        }
    } else {
        let attribute = what == "attribute";
        let mut take = |row: Row<'_>| {
            let call = row.call.expect("every row can be read");
            rows += 1;
            if attribute && board.rings(&call, &learned) {
                let whose = attribute::call_knowing(&call, &targets, &learned);
                owned += u64::from(whose.owner.is_some());
                open += u64::from(whose.owner.is_none() && !whose.candidates.is_empty());
            }
            Ok(())
        };
        read::path(file, &settings, &mut take).unwrap();
    }
    println!("{rows} rows, {owned} owned, {open} in review");
}

/// Builders of whom 200 were asked, in three numbers' names.
fn targets() -> Vec<Target> {
    let sent_at: DateTime<Utc> = "2026-10-02T15:00:00Z".parse().unwrap();
    (0..BUILDERS)
        .map(|number| Target {
            id: InquiryId::new("2026-10", &format!("builder-{number}")),
            builder: format!("Builder {number} Homes"),
            alias_address: format!("shopper+b{number}@example.org"),
            alias_token: format!("b{number}"),
            first_name: "Dana".into(),
            mailbox: "shopper@example.org".into(),
            numbers: vec![format!("+1512742{:04}", 1000 + number)],
            domains: vec![format!("builder{number}.example")],
            team: Vec::new(),
            community: None,
            question: String::new(),
            phone: GIVEN.get(number % GIVEN.len()).map(|given| (*given).to_owned()),
            sent_message_ids: Vec::new(),
            learned: Vec::new(),
            sent_at,
            until: sent_at + TimeDelta::days(30),
        })
        .collect()
}

/// A log of a company's lines: of 500 rows one is a builder's, the others are strangers' among themselves.
fn write(path: &Path, rows: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "id,channel,direction,from,to,started_at,duration_s,answered,body").unwrap();
    let mut state = 0x853c_49e6_748f_ea9b_u64;
    let mut roll = |sides: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % sides
    };
    for row in 0..rows {
        let (area, office, line) = (200 + roll(799), 200 + roll(799), roll(10_000));
        let stranger = match roll(5) {
            0 => format!("({area}) {office}-{line:04}"),
            1 => format!("{area}{office}{line:04}"),
            2 => format!("{area}-{office}-{line:04}"),
            _ => format!("+1{area}{office}{line:04}"),
        };
        let other = format!("+1{}{}{:04}", 200 + roll(799), 200 + roll(799), roll(10_000));
        let builders = roll(500) == 0;
        let from = if builders { format!("+1512742{:04}", 1000 + roll(BUILDERS as u64)) } else { stranger };
        let to =
            if builders { GIVEN.get(usize::try_from(roll(3)).unwrap_or_default()).copied().unwrap_or_default() } else { other.as_str() };
        let (channel, body) = match roll(20) {
            0 if builders => ("voicemail", "\"Hi Dana, this is Amy, call me back when you can.\""),
            1 if builders => ("sms", "Still looking?"),
            _ => ("call", ""),
        };
        let (day, hour, minute, second) = (3 + roll(26), roll(24), roll(60), roll(60));
        writeln!(
            file,
            "c{row},{channel},inbound,{from},{to},2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}-06:00,{},{},{body}",
            roll(300),
            roll(2) == 0
        )
        .unwrap();
    }
}
