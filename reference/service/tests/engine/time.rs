//! What becomes of open work when the clock jumps, and when the database is older than the engine.

use super::*;

#[tokio::test]
async fn a_clock_that_jumps_back_delays_and_loses_nothing() {
    for place in stores().await {
        let (scene, stub, service, id) = backing_off(&place, 1).await;
        scene
            .clock
            .set(support::now() - chrono::TimeDelta::hours(6));
        assert_eq!(place_of(&service, &id).await["state"], "routed");
        assert_eq!(stub.received_requests().await.unwrap().len(), 1);
        scene
            .clock
            .set(support::now() + chrono::TimeDelta::hours(6));
        service.until(&id, "fulfilled").await;
        invariant(&place).await;
    }
}

#[tokio::test]
async fn a_database_from_before_the_step_table_goes_on_with_rows_in_flight() {
    for place in stores().await {
        let (scene, _stub, service, id) = backing_off(&place, 2).await;
        service.running.stop().await;
        let pool = place.look().await;
        let migration = include_str!("../../src/store/migrations/0010_steps.sql");
        let fill = migration.find("INSERT INTO steps").unwrap();
        let fill = migration.get(fill..).unwrap().split(';').next().unwrap();
        for table in ["steps", "deadlines"] {
            let empty = AssertSqlSafe(format!("DELETE FROM {table}"));
            sqlx::query(empty).execute(&pool).await.unwrap();
        }
        sqlx::query(fill).execute(&pool).await.unwrap();
        assert_eq!(
            count(&pool, "SELECT count(*) FROM steps WHERE step = 'submit'").await,
            1
        );
        let service = scene.start().await;
        let waits = "SELECT count(*) FROM deadlines WHERE deadline = 'acknowledge'";
        assert_eq!(
            count(&pool, waits).await,
            1,
            "it waits no longer than a new one"
        );
        assert_eq!(
            place_of(&service, &id).await["next_action"]["at"],
            "2026-10-01T12:00:01.000Z"
        );
        scene.clock.advance(Duration::from_secs(60));
        let twice = |view: &Value| {
            let called = view["attempts"].as_array().map(Vec::len);
            called == Some(2) && view["hold"] == "backoff"
        };
        service.once(&id, twice).await;
        scene.clock.advance(Duration::from_secs(60));
        service.until(&id, "fulfilled").await;
        invariant(&place).await;
    }
}

/// What another process left is found by looking, also when a hand moves the clock: nobody rings for it.
#[tokio::test]
async fn work_that_a_process_left_behind_is_found_by_one_that_nobody_woke() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(1)).await;
        says(&stub, matched(), None).await;
        let idle = scene.start().await;
        let leaving = scene.start().await;
        let id = started(&leaving).await;
        leaving.until_held(&id, "backoff").await;
        leaving.running.stop().await;
        scene.clock.advance(Duration::from_secs(1));
        idle.until(&id, "fulfilled").await;
        invariant(&place).await;
    }
}

/// A wait begins while the clock is moved: whichever comes first, the step runs when it is due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wound_while_the_engine_goes_to_sleep_wakes_it_all_the_same() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(5)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        // Five waits, each exactly as long as the clock is wound for it, and the call goes out by then.
        for failed in 1..=5 {
            let tried = |view: &Value| {
                let called = view["attempts"].as_array().map(Vec::len);
                called == Some(failed) && view["hold"] == "backoff"
            };
            let view = service.once(&id, tried).await;
            let wait = view["attempts"][failed - 1]["wait_ms"].as_u64();
            scene.clock.advance(Duration::from_millis(wait.unwrap()));
        }
        service.until(&id, "fulfilled").await;
        invariant(&place).await;
    }
}

#[tokio::test]
async fn somebody_is_told_once_of_an_answer_that_can_never_be_written_down() {
    for place in stores().await {
        let (_scene, stub, service, _id) = backing_off(&place, 1).await;
        // Whatever the exchange moves to, its history has that place already.
        let pool = place.look().await;
        let taken = |number: i64| {
            format!(
                "INSERT INTO history (exchange, version, at, from_state, to_state, move, snapshot)
                 SELECT id, version + {number}, since, 'routed', 'matched', 'route-withdrawn', 1 FROM exchanges"
            )
        };
        for number in 0..60 {
            let taken = AssertSqlSafe(taken(number));
            sqlx::query(taken).execute(&pool).await.unwrap();
        }
        let told = "SELECT count(*) FROM outbox WHERE notice = 'step-stopped'";
        while count(&pool, told).await == 0 {
            service.clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        let calls = stub.received_requests().await.unwrap().len();
        assert!(calls >= 3, "{}: one that failed, two answers", place.name);
        while stub.received_requests().await.unwrap().len() < 6 {
            service.clock.advance(Duration::from_secs(5));
            tokio::task::yield_now().await;
        }
        assert_eq!(count(&pool, told).await, 1, "{}", place.name);
        sqlx::query("DELETE FROM history WHERE move = 'route-withdrawn'")
            .execute(&pool)
            .await
            .unwrap();
        while count(
            &pool,
            "SELECT count(*) FROM exchanges WHERE state = 'fulfilled'",
        )
        .await
            == 0
        {
            service.clock.advance(Duration::from_secs(30));
            tokio::task::yield_now().await;
        }
        invariant(&place).await;
        service.running.stop().await;
    }
}
