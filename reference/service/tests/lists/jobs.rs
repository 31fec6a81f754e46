//! Jobs that nobody carries any more although they stand as ours, and jobs that nobody can carry.

use super::*;
use reference::PayloadKey;

async fn put_back(place: &Place, id: &str, change: &str) -> u64 {
    let query = format!("UPDATE exports SET phase = 'accepted', {change} WHERE id = '{id}'");
    let pool = place.look().await;
    let done = sqlx::query(AssertSqlSafe(query)).execute(&pool).await;
    done.unwrap().rows_affected()
}

/// The last part of where it is told of.
fn id(place: &str) -> &str {
    place.rsplit('/').next().unwrap()
}

/// As after a panic: the job stands as ours, its lease has run out, and nothing here carries it.
#[tokio::test]
async fn a_job_that_its_worker_let_fall_is_taken_up_by_the_same_process() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let group = service.listed("contoso", &people(&[1])).await;
        let place = service.kicked("contoso", &group).await;
        let before = service.ended("contoso", &place).await.json();
        let owned = "lease_until = '2026-01-01T00:00:00.000Z'";
        assert_eq!(put_back(&at, id(&place), owned).await, 1);
        let standing = format!(
            "SELECT count(*) FROM exports WHERE lease_owner IS NOT NULL AND id = '{}'",
            id(&place)
        );
        let held = sqlx::query_scalar::<_, i64>(AssertSqlSafe(standing));
        assert_eq!(held.fetch_one(&at.look().await).await.unwrap(), 1);
        // Whoever asks for something else rings the bell.
        service.listed("contoso", &people(&[2])).await;
        let after = service.ended("contoso", &place).await;
        assert_eq!(after.status, 200, "{} {}", at.name, after.text);
        let counted = |list: &Value| -> Vec<Value> {
            let files = list["output"].as_array().unwrap().iter();
            files
                .map(|file| json!([file["type"], file["count"]]))
                .collect()
        };
        assert_eq!(counted(&after.json()), counted(&before));
    }
}

#[tokio::test]
async fn a_job_whose_question_cannot_be_read_has_failed_and_is_not_tried_for_ever() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let asked = bulk_match(&people(&[1]), "contoso");
        let place = place(&service.submit("contoso", &asked).await);
        let done = service.bulk_ended("contoso", &place, None).await;
        assert_eq!(done.status, 200);
        // Its question went with its end: what is left is a job that nobody can carry out.
        let free = "lease_owner = NULL, lease_until = NULL";
        assert_eq!(put_back(&at, id(&place), free).await, 1);
        service.listed("contoso", &people(&[2])).await;
        let ended = service.bulk_ended("contoso", &place, None).await;
        assert_eq!(ended.status, 502, "{} {}", at.name, ended.text);
    }
}

/// The process that takes it up does not hold the key yet under which its question was sealed.
#[tokio::test]
async fn a_job_whose_key_is_missing_waits_for_it_and_is_finished_then() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.by_hand();
        let service = scene.start().await;
        let asked = bulk_match(&people(&[1]), "contoso");
        let place = place(&service.submit("contoso", &asked).await);
        // It stands before its first round of members.
        paused(&service.clock, 1).await;
        service.running.stop().await;
        let keys = scene.config.payload_keys.clone();
        scene.config.payload_keys[0] = PayloadKey {
            id: "another".to_owned(),
            key: Masked::new([8; 32]),
        };
        let service = scene.start().await;
        let pool = at.look().await;
        let taken = "SELECT max(attempt) FROM exports";
        while sqlx::query_scalar::<_, i64>(taken)
            .fetch_one(&pool)
            .await
            .unwrap()
            < 4
        {
            service.clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        let told = service.bulk_get("contoso", &place, None).await;
        assert_eq!(told.status, 202, "{} {}", at.name, told.text);
        service.running.stop().await;
        scene.config.payload_keys = keys;
        let service = scene.start().await;
        let mut told = service.bulk_get("contoso", &place, None).await;
        while told.status == 202 {
            service.clock.advance(Duration::from_secs(1));
            told = service.bulk_get("contoso", &place, None).await;
        }
        assert_eq!(told.status, 200, "{} {}", at.name, told.text);
        service.running.stop().await;
    }
}
