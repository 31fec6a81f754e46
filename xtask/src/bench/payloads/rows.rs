//! Every row of the table: which file, beside whom, and against which target.
//! Refuses to measure.

use super::corpus;
use super::peers::{Peer, Peers};
use super::round::{Figure, Round};
use super::table::Target;
use crate::fault::Fault;
use std::path::Path;

/// The version whose recorded payloads are this repository's own corpus.
const OWN: (&str, &str) = ("hrex-member-match-request", "2.0.1");

impl Round {
    /// Every row that can be measured here.
    pub fn measure(&mut self) -> Result<(), Fault> {
        match self.peers.take() {
            Some(peers) => {
                let done = self.beside_peers(&peers);
                self.peers = Some(peers);
                done?;
            }
            None => self.leave_out(
                "the corpora and the other validators, for which no set-up folder is named",
            ),
        }
        self.own()?;
        self.replay()
    }

    fn beside_peers(&mut self, peers: &Peers) -> Result<(), Fault> {
        let lines = self.lines;
        if let (Some(schema), Some(slice)) = (
            peers.schema("p2p"),
            corpus::slice(peers.folder.as_path(), "p2p", lines)?,
        ) {
            self.exchange(peers, &schema, &slice)?;
            self.size(peers, &schema, &slice)?;
            self.start(peers, &schema)?;
        } else {
            self.leave_out(
                "the payer-to-payer corpus, which the set-up folder lacks at this length",
            );
        }
        if let (Some(schema), Some(slice)) = (
            peers.schema("fhir"),
            corpus::slice(&peers.folder, "fhir", lines)?,
        ) {
            self.fhir(peers, &schema, &slice)?;
        } else {
            self.leave_out("FHIR R4, which the set-up folder lacks at this length");
        }
        Ok(())
    }

    /// The payer-to-payer corpus: as it is, its valid lines, and with shuffled keys.
    fn exchange(&mut self, peers: &Peers, schema: &Path, slice: &Path) -> Result<(), Fault> {
        use Target::{AtLeast, AtMost, Open};
        let beside = [
            (Peer::Crate, AtLeast(4.0)),
            (Peer::CrateMimalloc, AtLeast(3.0)),
            (Peer::Python, AtLeast(5.0)),
            (Peer::Ajv, AtLeast(8.0)),
            (Peer::Boon, Open),
            (Peer::Tape, AtMost(1.5)),
            (Peer::Value, Open),
        ];
        self.over("payer-to-payer corpus", peers, schema, slice, &beside)?;
        match corpus::valid(&peers.folder, "p2p", slice)? {
            Some(valid) => {
                let beside = [(Peer::Sourcemeta, AtLeast(10.0)), (Peer::Crate, Open)];
                self.over("the same, valid lines only", peers, schema, &valid, &beside)?;
            }
            None => self.leave_out("valid lines only, for which labels are missing"),
        }
        match corpus::shuffled(&peers.folder, slice)? {
            Some(shuffled) => {
                let beside = [(Peer::Crate, AtLeast(2.5)), (Peer::Tape, Open)];
                self.over(
                    "the same, keys in random order",
                    peers,
                    schema,
                    &shuffled,
                    &beside,
                )
            }
            None => {
                self.leave_out("random key order, for which the set-up folder has no program");
                Ok(())
            }
        }
    }

    fn fhir(&mut self, peers: &Peers, schema: &Path, slice: &Path) -> Result<(), Fault> {
        use Target::{AtLeast, AtMost, Open};
        let beside = [
            (Peer::Crate, AtLeast(4.0)),
            (Peer::Python, Open),
            (Peer::Ajv, Open),
            (Peer::Tape, Open),
        ];
        self.over("FHIR R4, 680 definitions", peers, schema, slice, &beside)?;
        let one = corpus::first(slice, "fhir.1.jsonl")?;
        let beside = self.found(peers, schema, &one, &[(Peer::Crate, AtMost(1.2))]);
        let ours = self.validate(schema, &one, &[]);
        self.compare(
            "FHIR R4, compiled for one payload",
            &ours,
            beside,
            Figure::Time,
            self.runs,
        )
    }

    /// Start-up with one small payload, which is repeated more often, being short.
    fn start(&mut self, peers: &Peers, schema: &Path) -> Result<(), Fault> {
        let small = peers.folder.join("data/ack.json");
        if !small.is_file() {
            self.leave_out("start-up, for which the small payload is missing");
            return Ok(());
        }
        let beside = [
            (Peer::Crate, Target::AtMost(1.3)),
            (Peer::SourcemetaAlone, Target::Open),
            (Peer::AjvAlone, Target::Open),
        ];
        let mut beside = self.found(peers, schema, &small, &beside);
        for one in &mut beside {
            one.judges = false;
        }
        let ours = self.validate(schema, &small, &[]);
        self.compare(
            "start-up, one small payload",
            &ours,
            beside,
            Figure::Time,
            self.runs * 5,
        )
    }

    /// Memory at both lengths, and two jobs beside one.
    fn size(&mut self, peers: &Peers, schema: &Path, slice: &Path) -> Result<(), Fault> {
        let lines = self.lines * 10;
        let many = match corpus::slice(&peers.folder, "p2p", lines)? {
            Some(many) => many,
            None => corpus::repeated(slice, 10, &format!("p2p.{lines}.repeated.jsonl"))?,
        };
        for (lines, corpus) in [(self.lines, slice), (lines, &many)] {
            let ours = self.validate(schema, corpus, &[]);
            self.memory(&format!("memory of `validate`, {lines} lines"), &ours)?;
        }
        let with = |jobs| self.validate(schema, &many, &["--jobs", jobs]);
        let (one, two) = (with("1"), with("2"));
        self.jobs(&format!("`validate`, {lines} lines"), one, two)
    }

    /// This repository's own payloads, beside the plain crate in this tool.
    fn own(&mut self) -> Result<(), Fault> {
        let (id, version) = OWN;
        let corpus = corpus::payloads(id, version, self.lines)?;
        let (text, entry) = (corpus.to_string_lossy(), format!("{id}@{version}"));
        let words = [
            "validate",
            &text,
            "--as",
            &entry,
            "--schema-only",
            "--quiet",
        ];
        let ours = self.matchmark(&words);
        let floor = [
            "floor",
            "--against",
            &format!("{id}/{version}"),
            "--corpus",
            &text,
        ]
        .map(str::to_owned);
        let figure = Figure::Speed(corpus::megabytes(&corpus)?);
        let beside = self.plain(&floor, true);
        self.compare(
            "member match requests of this repository",
            &ours,
            beside,
            figure,
            self.runs,
        )
    }

    /// A history of this repository's envelopes.
    fn replay(&mut self) -> Result<(), Fault> {
        let many = self.lines * 10;
        let (short, long) = (corpus::envelopes(self.lines)?, corpus::envelopes(many)?);
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let floor = ["floor".to_owned(), "--corpus".to_owned(), text(&short)];
        let figure = Figure::Speed(corpus::megabytes(&short)?);
        let ours = self.matchmark(&["replay", "--history", &text(&short), "--quiet"]);
        let beside = self.plain(&floor, false);
        self.compare(
            &format!("`replay` of {} envelopes", self.lines),
            &ours,
            beside,
            figure,
            self.runs,
        )?;
        self.memory(
            &format!("memory of `replay`, {} envelopes", self.lines),
            &ours,
        )?;
        let history = text(&long);
        let with =
            |jobs| self.matchmark(&["replay", "--history", &history, "--quiet", "--jobs", jobs]);
        let (one, two) = (with("1"), with("2"));
        self.memory(&format!("memory of `replay`, {many} envelopes"), &two)?;
        self.jobs(&format!("`replay` of {many} envelopes"), one, two)
    }
}
