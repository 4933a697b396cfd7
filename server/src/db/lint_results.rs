//! What other linters found, as CI sent it: by repository, commit and tool.

use super::lives::Named;
use super::{Database, DbError, from_millis, read, write};
use catalog::lint::Severity;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// Most uploads of one repository and tool that are kept.
const KEPT: i64 = 50;

/// What one tool found at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintUpload {
    /// Our short id.
    pub id: String,
    /// The repository.
    pub repo: String,
    /// The commit that was linted.
    pub commit: String,
    /// What linted it.
    pub tool: String,
    /// How many checks passed.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Who sent it.
    pub created_by: Named,
}

/// One thing that another linter found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintResult {
    /// The file's path in the repository; empty where that is not told.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
    /// The rule.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
}

#[derive(FromRow)]
struct UploadRow {
    id: String,
    repo: String,
    commit_id: String,
    tool: String,
    passed: i64,
    failed: i64,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl From<UploadRow> for LintUpload {
    fn from(row: UploadRow) -> Self {
        Self {
            id: row.id,
            repo: row.repo,
            commit: row.commit_id,
            tool: row.tool,
            passed: u64::try_from(row.passed).unwrap_or(0),
            failed: u64::try_from(row.failed).unwrap_or(0),
            created_at: from_millis(row.created_at),
            created_by: Named { id: row.created_by, name: row.created_name },
        }
    }
}

#[derive(FromRow)]
struct ResultRow {
    path: String,
    line: i64,
    code: String,
    severity: String,
    message: String,
}

impl TryFrom<ResultRow> for LintResult {
    type Error = DbError;

    fn try_from(row: ResultRow) -> Result<Self, DbError> {
        let severity = Severity::ALL.into_iter().find(|severity| severity.word() == row.severity);
        Ok(Self {
            path: row.path,
            line: u32::try_from(row.line).unwrap_or(0),
            code: row.code,
            severity: severity.ok_or_else(|| {
                DbError::Contradiction(format!("lint_results.severity is {}", row.severity))
            })?,
            message: row.message,
        })
    }
}

impl Database {
    /// Puts on record what a tool found. It takes the place of what the same tool found at the same commit before; of older
    /// uploads of the tool the newest fifty stay.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn put_lint_results(&self, upload: &LintUpload, results: &[LintResult]) -> Result<(), DbError> {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        write!(self, |pool| {
            let mut transaction = pool.begin().await?;
            let gone: Vec<(String,)> = sqlx::query_as(
                "SELECT id FROM lint_uploads WHERE repo = $1 AND tool = $2 AND (commit_id = $3 OR id NOT IN
                   (SELECT id FROM lint_uploads WHERE repo = $1 AND tool = $2 ORDER BY created_at DESC, id DESC LIMIT $4))",
            )
            .bind(&upload.repo)
            .bind(&upload.tool)
            .bind(&upload.commit)
            .bind(KEPT - 1)
            .fetch_all(&mut *transaction)
            .await?;
            for (id,) in gone {
                for statement in [
                    "DELETE FROM lint_results WHERE upload_id = $1",
                    "DELETE FROM lint_uploads WHERE id = $1",
                ] {
                    sqlx::query(statement).bind(&id).execute(&mut *transaction).await?;
                }
            }
            sqlx::query(
                "INSERT INTO lint_uploads (id, repo, commit_id, tool, passed, failed, created_at, created_by, created_name)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(&upload.id)
            .bind(&upload.repo)
            .bind(&upload.commit)
            .bind(&upload.tool)
            .bind(count(upload.passed))
            .bind(count(upload.failed))
            .bind(upload.created_at.timestamp_millis())
            .bind(&upload.created_by.id)
            .bind(&upload.created_by.name)
            .execute(&mut *transaction)
            .await?;
            for (place, result) in (0_i64..).zip(results) {
                sqlx::query(
                    "INSERT INTO lint_results (upload_id, place, path, line, code, severity, message)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(&upload.id)
                .bind(place)
                .bind(&result.path)
                .bind(i64::from(result.line))
                .bind(&result.code)
                .bind(result.severity.word())
                .bind(&result.message)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await
        })?;
        Ok(())
    }

    /// The newest upload of each tool of a repository, by the tools' names.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn lint_uploads(&self, repo: &str) -> Result<Vec<LintUpload>, DbError> {
        let rows = read!(self, |pool| sqlx::query_as::<_, UploadRow>(
            "SELECT * FROM lint_uploads WHERE repo = $1 ORDER BY tool, created_at DESC, id DESC"
        )
        .bind(repo)
        .fetch_all(pool)
        .await)?;
        let mut uploads: Vec<LintUpload> = rows.into_iter().map(LintUpload::from).collect();
        uploads.dedup_by(|later, first| later.tool == first.tool);
        Ok(uploads)
    }

    /// What is wrong in an upload, in order; of one file where a path is given.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn lint_results(&self, upload: &str, path: Option<&str>) -> Result<Vec<LintResult>, DbError> {
        let rows = read!(self, |pool| sqlx::query_as::<_, ResultRow>(
            "SELECT path, line, code, severity, message FROM lint_results
             WHERE upload_id = $1 AND ($2 = '' OR path = $2) ORDER BY place"
        )
        .bind(upload)
        .bind(path.unwrap_or_default())
        .fetch_all(pool)
        .await)?;
        rows.into_iter().map(LintResult::try_from).collect()
    }
}
