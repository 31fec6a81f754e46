//! `policy list`: the rules as they are published, with a digest that changes when anything of them does.

use crate::catalogue::Workspace;
use crate::model::{PublishedRule, RulesPage, Severity, Stage, StageWeight, digest};
use crate::policy::{Floor, Profile, Rule, RuleBook, RuleStatus};

/// Every rule that can run, those over repositories first.
pub(in crate::app) fn page(workspace: &Workspace, books: &[&RuleBook]) -> RulesPage {
    let profiles: Vec<Profile> = books
        .first()
        .into_iter()
        .flat_map(|book| {
            let read = |stage: &Stage| Profile::read(*stage, &workspace.profiles, book).ok();
            Stage::ALL.iter().filter_map(read)
        })
        .collect();
    let rules: Vec<PublishedRule> = books
        .iter()
        .flat_map(|book| &book.rules)
        .map(|rule| published(rule, &profiles))
        .collect();
    let text = serde_json::to_value(&rules).map(|value| wire::json::canonical(&value));
    RulesPage {
        page: digest(text.unwrap_or_default().as_bytes()),
        rules,
    }
}

fn published(rule: &Rule, profiles: &[Profile]) -> PublishedRule {
    let file = &rule.file;
    let kinds = file.severity_by_kind.iter();
    let params = file.params.iter();
    PublishedRule {
        id: file.id.clone(),
        title: file.title.clone(),
        status: word(file.status).to_owned(),
        since: file.since.clone(),
        owner: file.owner.clone(),
        severity: file.severity.into(),
        severity_by_kind: kinds
            .map(|(kind, floor)| (kind.clone(), (*floor).into()))
            .collect(),
        stages: profiles.iter().map(|at| weight(rule, at)).collect(),
        applies: file.applies.clone(),
        rows: file.rows.clone(),
        source: source(rule),
        message: file.message.clone(),
        remedy: file.remedy.clone(),
        why: file.why.clone(),
        waivable: file.waivable,
        max_waiver_days: file.max_waiver_days,
        approvers: file.approvers.clone(),
        params: params
            .map(|(name, value)| (name.clone(), wire::json::canonical(value)))
            .collect(),
        fires: rule.fires.len(),
        quiet: rule.quiet.len(),
        file: rule.toml.path.clone(),
    }
}

/// Document, section and requirement in one line.
pub(in crate::app) fn source(rule: &Rule) -> String {
    let source = &rule.file.source;
    format!(
        "{}, {}, {}",
        source.document, source.section, source.requirement
    )
}

/// The heaviest that the rule can weigh at a stage.
fn weight(rule: &Rule, profile: &Profile) -> StageWeight {
    let file = &rule.file;
    let floors = file.severity_by_kind.values().copied();
    let own: Severity = match file.status {
        RuleStatus::Draft => Severity::Info,
        RuleStatus::Active | RuleStatus::Retired => floors.fold(file.severity, Floor::max).into(),
    };
    let raised = profile.raise.get(&file.id).copied();
    let severity = raised.map_or(own, |raised| own.max(raised));
    StageWeight {
        stage: profile.stage.word().to_owned(),
        severity,
        fails: file.status == RuleStatus::Active && severity >= profile.fail_on,
    }
}

fn word(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Draft => "draft",
        RuleStatus::Active => "active",
        RuleStatus::Retired => "retired",
    }
}
