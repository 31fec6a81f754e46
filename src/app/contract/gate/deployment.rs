//! `contract record-deployment`: writes down what runs where, if a record speaks of that version.

use super::error::GateError;
use super::{Ground, shelf};
use crate::app::{Answer, AppError, Sink};
use crate::evidence::{News, Place};
use crate::model::{Archive, Deployment, DeploymentRequest, Party, Role, Turn, Verdict};
use crate::release::recorded;
use crate::report;
use chrono::{DateTime, Utc};

pub(in crate::app::contract) fn deployment(
    request: &DeploymentRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let ground = Ground::read(&request.repository)?;
    let place = ground.place(&request.store)?;
    let asked = ground.party(&request.subject)?;
    let at = request.as_of.unwrap_or(now);
    if at > now {
        return Err(GateError::StillToCome(at.to_rfc3339()).into());
    }
    let news = |archive: &Archive| match request.turn {
        Turn::Deployed(role) => deployed(request, archive, &asked, role, at),
        Turn::Retired => retired(request, archive, &asked),
    };
    shelf::keep(&request.repository.root, &place, at, &|archive| {
        Ok(vec![news(archive)?])
    })?;
    let line = format!(
        "  {}  {} in {} as {}; kept in {place}",
        match request.turn {
            Turn::Deployed(_) => "Deployed",
            Turn::Retired => "Retired ",
        },
        asked,
        request.environment,
        request.instance,
    );
    let text = format!("{}\n", report::plain(&[line]));
    sink.result(&text).map_err(AppError::Unread)?;
    Ok(Answer::said(Verdict::Go))
}

fn deployed(
    request: &DeploymentRequest,
    archive: &Archive,
    asked: &Party,
    role: Role,
    at: DateTime<Utc>,
) -> Result<News, AppError> {
    let known = recorded(archive, asked);
    let version = known.ok_or_else(|| GateError::NoBuildRecord(asked.to_string()))?;
    Ok(News::Deployed(Deployment {
        environment: request.environment.clone(),
        participant: asked.name.clone(),
        instance: request.instance.clone(),
        version,
        role,
        since: at,
    }))
}

fn retired(
    request: &DeploymentRequest,
    archive: &Archive,
    asked: &Party,
) -> Result<News, AppError> {
    let mut live = archive.deployments.iter().map(|kept| &kept.value);
    let live = live.find(|it| {
        it.environment == request.environment
            && it.participant == asked.name
            && it.instance == request.instance
    });
    let (environment, instance) = (request.environment.clone(), request.instance.clone());
    let participant = asked.name.clone();
    let Some(live) = live else {
        return Err(GateError::NotLive {
            environment,
            participant,
            instance,
        }
        .into());
    };
    if !live.version.is(&asked.version) {
        return Err(GateError::OtherLive {
            environment,
            participant,
            instance,
            live: live.version.to_string(),
            asked: asked.version.to_string(),
        }
        .into());
    }
    let place = Place {
        environment,
        instance,
    };
    Ok(News::Retired(live.party(), place))
}
