import Testing

@testable import Cronmill

/// What of a job's command decides how pg_cron can run it.
@Suite("Commands of jobs")
struct JobCommandTests {
    @Test(
        "statements are told apart, whatever is quoted or commented",
        arguments: [
            ("select 1", ["select 1"]),
            ("SELECT 1 ; ; Call  p()\n;", ["select 1", "call p()"]),
            ("select ';' -- ;\n, 'it''s;'", ["select '' , ''''"]),
            ("do $$ begin; commit; end $$", ["do ''"]),
            ("do $x$ $$;$$ ; $x$; select $1", ["do ''", "select $1"]),
            ("/* a /* ; */ ; */ vacuum", ["vacuum"]),
            ("select \";\" from t; -- call", ["select \";\" from t"]),
            ("  ;\n", []),
            ("select 'never ended ;", ["select ''"]),
        ]
    )
    func statements(text: String, expected: [String]) {
        #expect(JobCommand(text).statements == expected)
    }

    @Test(
        "what cannot survive is said",
        arguments: [
            ("call work.proc()", nil),
            ("vacuum app.t", nil),
            ("do $$ begin commit; end $$", nil),
            ("insert into t select 'copy t to stdout; begin; commit'", nil),
            ("", "is empty: with background workers its run never ends"),
            ("-- later", "is empty: with background workers its run never ends"),
            ("copy t to stdout", "is a COPY TO STDOUT: without background workers it hangs pg_cron"),
            ("COPY t\nTO STDOUT with (format csv)", "is a COPY TO STDOUT: without background workers it hangs pg_cron"),
            ("set work_mem = '1GB'; call work.proc()", "is more than one CALL: the procedure cannot commit"),
            ("vacuum t; analyze t", "has VACUUM or the like among several statements: it fails"),
            (
                "insert into t values (1); update t set n = 2",
                "is several statements: with background workers later ones do not see what earlier ones did"
            ),
        ] as [(String, String?)]
    )
    func remarks(text: String, expected: String?) {
        #expect(JobCommand(text).remarks == [expected].compactMap { $0 })
    }

    @Test("a command that controls its transaction is named for that, and for being several statements")
    func transaction() {
        #expect(
            JobCommand("BEGIN; insert into t values (1); COMMIT").remarks == [
                "controls transactions itself: with background workers its work is lost",
                "is several statements: with background workers later ones do not see what earlier ones did",
            ]
        )
    }

    @Test(
        "pg_cron's schema is found where it is named, and nowhere else",
        arguments: [
            ("delete from cron.job_run_details where end_time < now()", true),
            ("select count(*) from(cron.job)", true),
            ("select 'cron.job'", false),
            ("select mycron.job()", false),
            ("select 1 -- cron.job", false),
        ]
    )
    func schema(text: String, expected: Bool) {
        #expect(JobCommand(text).namesCron == expected)
    }
}
