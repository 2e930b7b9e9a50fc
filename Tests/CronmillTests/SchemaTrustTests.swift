import Testing

@testable import Cronmill

/// Which statements touch our schemas.
@Suite("Statements that name our schemas")
struct SchemaTrustTests {
    @Test(
        "an object is named by its schema and a dot, quoted or not; a literal names a setting",
        arguments: [
            ("select 1", nil), ("select 'cronmill'", []), ("create schema cronmill", []),
            ("select from cronmill.task", ["cronmill"]), ("select from \"cronmill\".\"task\"", ["cronmill"]),
            ("call cronmill_processor.work(0)", ["cronmill_processor"]),
            ("select cronmill_cron.a(), cronmill.b()", ["cronmill", "cronmill_cron"]),
            ("select set_config('cronmill.migration', 'on', true)", []), ("cronmill", []), ("cronmill.", ["cronmill"]),
            ("select to_regtype('cronmill.outcome') from cronmill_migration.job", ["cronmill_migration"]),
        ] as [(String, [String]?)]
    )
    func named(text: String, schemas: [String]?) {
        #expect(SchemaTrust.named(in: text) == schemas)
    }
}
