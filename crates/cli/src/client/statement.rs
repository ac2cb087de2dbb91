//! The commands that hold the record against a provider's statement.

use std::time::Duration;

use ppob_api::v1::{
    CloseDayRequest, CloseDayResponse, DayCloseState, ImportStatementRequest,
    ImportStatementResponse,
};
use ppob_engine::MOST_STATEMENT_BYTES;
use ppob_types::{Clock, Timestamp};

use super::{answer, connect_operator, refused, time};
use crate::args::{CloseDay, ImportStatement};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::show::{self, Asked};

/// Providers are asked one row after another.
const IMPORT_TIMEOUT: Duration = Duration::from_mins(10);
const CLOSE_TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) async fn import_statement(options: &ImportStatement) -> Done {
    let server = &options.server;
    let content = tokio::fs::read(&options.file).await.map_err(|error| {
        let file = options.file.display();
        Failure::usage(format!("{file} could not be read: {error}. Nothing was imported."))
    })?;
    if content.len() > MOST_STATEMENT_BYTES {
        let file = options.file.display();
        let most = MOST_STATEMENT_BYTES >> 20;
        return Err(Failure::usage(format!(
            "{file} has more than {most} MiB; export a shorter time. Nothing was imported."
        )));
    }
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ImportStatementRequest {
        provider: options.provider.clone(),
        content,
        complete: match (options.complete, options.partial) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
        from_time: options.from.map(time),
        before_time: options.before.map(time),
        dry_run: options.dry_run,
        actor: options.actor.actor.clone(),
    });
    request.set_timeout(IMPORT_TIMEOUT);
    let answered = client
        .import_statement(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    let found = answered.get_ref();
    answer(server.json, "ImportStatementResponse", found, |found| {
        show::imported(found, options.dry_run)
    })?;
    Ok(of_import(found))
}

pub(crate) async fn close_day(options: &CloseDay) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(CloseDayRequest {
        day: day(&options.day, SystemClock::new().now()),
        provider: options.provider.clone().unwrap_or_default(),
        actor: options.actor.actor.clone(),
    });
    request.set_timeout(CLOSE_TIMEOUT);
    let answered = client
        .close_day(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    let closed = answered.get_ref();
    answer(server.json, "CloseDayResponse", closed, show::closed)?;
    Ok(of_close(closed))
}

/// The day as it is asked for; the server tells if it is none.
fn day(text: &str, now: Timestamp) -> String {
    if text.eq_ignore_ascii_case("yesterday") {
        Timestamp::start_of_wib_day(now.wib_day().saturating_sub(1)).wib_date()
    } else {
        text.to_owned()
    }
}

fn of_import(found: &ImportStatementResponse) -> Exit {
    if found.mismatch_count > 0 || found.unreadable_count > 0 {
        Exit::Mismatch
    } else if found.open_count > 0 {
        Exit::Open
    } else {
        Exit::Ok
    }
}

fn of_close(closed: &CloseDayResponse) -> Exit {
    let has = |state: DayCloseState| closed.closes.iter().any(|close| close.state() == state);
    let has_open = has(DayCloseState::Open)
        || closed.closes.iter().any(|close| !close.open_attempts.is_empty());
    if has(DayCloseState::Mismatch) || has(DayCloseState::Unspecified) {
        Exit::Mismatch
    } else if has_open {
        Exit::Open
    } else {
        Exit::Ok
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{DayClose, OpenAttempt};

    use super::*;

    #[test]
    fn yesterday_is_the_day_before_in_western_indonesian_time() {
        let just_after_midnight = Timestamp::from_wib("2026-11-28 00:00:01").unwrap();
        assert_eq!(day("Yesterday", just_after_midnight), "2026-11-27");
        assert_eq!(day("2026-11-26", just_after_midnight), "2026-11-26");
    }

    #[test]
    fn a_mismatch_and_what_is_open_are_told_by_the_exit_code() {
        let import = |mismatch_count, unreadable_count, open_count| {
            of_import(&ImportStatementResponse {
                mismatch_count,
                unreadable_count,
                open_count,
                ..ImportStatementResponse::default()
            })
        };
        assert_eq!(import(0, 0, 0), Exit::Ok);
        assert_eq!(import(0, 0, 1), Exit::Open);
        assert_eq!(import(1, 0, 1), Exit::Mismatch);
        assert_eq!(import(0, 1, 0), Exit::Mismatch);
        let close = |state: DayCloseState, open: usize| DayClose {
            state: state.into(),
            open_attempts: vec![OpenAttempt::default(); open],
            ..DayClose::default()
        };
        let all = |closes: Vec<DayClose>| of_close(&CloseDayResponse { closes });
        assert_eq!(all(vec![close(DayCloseState::Balanced, 0)]), Exit::Ok);
        assert_eq!(all(vec![close(DayCloseState::NoStatement, 0)]), Exit::Ok);
        assert_eq!(all(vec![close(DayCloseState::NoStatement, 1)]), Exit::Open);
        let mixed = vec![close(DayCloseState::Open, 1), close(DayCloseState::Mismatch, 0)];
        assert_eq!(all(mixed), Exit::Mismatch);
    }
}
