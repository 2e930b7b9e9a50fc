import Cronmill
import Testing

/// The search path of a handler, as typed.
@Suite("Search paths")
struct SearchPathTests {
    @Test(
        "names are read as PostgreSQL reads them",
        arguments: [
            ("app,pg_temp", ["app", "pg_temp"], "app, pg_temp"),
            (" App , \"App\" ,PG_TEMP ", ["app", "App", "pg_temp"], "app, \"App\", pg_temp"),
            (
                "\"a \"\"b\"\", c\", \"$user\", pg_temp", ["a \"b\", c", "$user", "pg_temp"],
                "\"a \"\"b\"\", c\", \"$user\", pg_temp"
            ),
            ("$user, pg_temp", ["$user", "pg_temp"], "\"$user\", pg_temp"),
            ("検索, pg_temp", ["検索", "pg_temp"], "\"検索\", pg_temp"),
            ("pg_temp", ["pg_temp"], "pg_temp"),
        ]
    )
    func read(text: String, schemas: [String], written: String) throws {
        let path = try SearchPath(userText: text)
        #expect(path.schemas == schemas)
        #expect(path.description == written)
    }

    @Test(
        "what is no list of names is refused",
        arguments: [
            "", " ", ",", "app,,pg_temp", "app pg_temp", "\"app, pg_temp", "\"\", pg_temp", "app, pg_temp,",
            "a\"b\", pg_temp",
        ]
    )
    func refused(text: String) {
        #expect { _ = try SearchPath(userText: text) } throws: { error in
            (error as? CronmillError)?.message == "search path \"\(text)\" is not understood"
        }
    }

    @Test(
        "pg_temp is the last, or is put there by the hint",
        arguments: ["app, My", "pg_temp, app, my", "app, pg_temp, my, pg_temp"]
    )
    func temporary(text: String) {
        #expect { _ = try SearchPath(userText: text) } throws: { error in
            guard let error = error as? CronmillError else { return false }
            return error.message == "search path \"\(text)\" does not end with pg_temp"
                && error.hint == "--search-path 'app, my, pg_temp'"
        }
    }
}
