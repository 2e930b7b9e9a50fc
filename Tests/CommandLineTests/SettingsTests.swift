import Testing

@testable import cronmill_cli

@Suite("Settings")
struct SettingsTests {
    private func file(_ text: String) throws -> EnvironmentFile { try EnvironmentFile(name: ".env", text: text) }

    @Test("with nothing given, libpq decides, and the cron database is postgres")
    func nothing() throws {
        let settings = try Settings(environment: ["PGHOST": "elsewhere", "DB_HOST": ""]).resolved()
        #expect(
            settings
                == ResolvedSettings(
                    work: [:],
                    cron: ["dbname": Setting("postgres", source: .builtIn)],
                    databases: [],
                    ignored: []
                )
        )
    }

    @Test("the cron side falls back to the work side, but not for its database")
    func fallsBack() throws {
        let settings = try Settings(
            environment: ["DB_HOST": "db1", "DB_NAME": "app", "DB_PASSWORD": "s3cret"],
            file: file("DB_HOST=ignored\nDB_USER=app\nPG_CRON_USER=scheduler")
        )
        .resolved()
        #expect(
            settings.work.mapValues(\.description) == [
                "host": "db1 (environment DB_HOST)", "user": "app (.env line 2 DB_USER)",
                "password": "(hidden) (environment DB_PASSWORD)", "dbname": "app (environment DB_NAME)",
            ]
        )
        #expect(
            settings.cron.mapValues(\.description) == [
                "host": "db1 (environment DB_HOST)", "user": "scheduler (.env line 3 PG_CRON_USER)",
                "password": "(hidden) (environment DB_PASSWORD)", "dbname": "postgres (default)",
            ]
        )
        #expect(settings.cron["password"]?.value == "s3cret")
    }

    @Test("flags win over the environment, the environment over the file")
    func precedence() throws {
        let settings = try Settings(
            flags: [.host: "flagged", .cronPort: "7"],
            databases: ["a", "postgresql://h/b", "a"],
            environment: ["DB_HOST": "env", "PG_CRON_HOST": "env", "DB_PORT": "5", "PG_CRON_DATABASE": "cron"],
            file: file("DB_PORT=4\nPG_CRON_PORT=3\nPG_CRON_DATABASE=no\nDB_NAME=app")
        )
        .resolved()
        #expect(
            settings.work.mapValues(\.description) == [
                "host": "flagged (flag --host)", "port": "5 (environment DB_PORT)",
                "dbname": "app (.env line 4 DB_NAME)",
            ]
        )
        #expect(
            settings.cron.mapValues(\.description) == [
                "host": "flagged (flag --host)", "port": "7 (flag --cron-port)",
                "dbname": "cron (environment PG_CRON_DATABASE)",
            ]
        )
        #expect(settings.databases.map(\.value) == ["a", "postgresql://h/b"])
    }

    @Test("the cron side's own flags win over those for both sides")
    func cronFlags() throws {
        let settings = try Settings(
            flags: [.host: "both", .cronHost: "cron", .user: "u", .cronUser: "c", .cronDatabase: "d"],
            environment: [:]
        )
        .resolved()
        #expect(settings.work.mapValues(\.value) == ["host": "both", "user": "u"])
        #expect(settings.cron.mapValues(\.value) == ["host": "cron", "user": "c", "dbname": "d"])
    }

    @Test("PG_QUEUE_* is another name of DB_*")
    func aliases() throws {
        let settings = try Settings(
            environment: ["PG_QUEUE_HOST": "q", "DB_HOST": "q", "PG_QUEUE_PASSWORD": "s3cret"],
            file: file("PG_QUEUE_HOST=overridden\nPG_QUEUE_DB=app\nPG_QUEUE_PORT=5\nPG_QUEUE_USER=u")
        )
        .resolved()
        #expect(
            settings.work.mapValues(\.description) == [
                "host": "q (environment DB_HOST)", "port": "5 (.env line 3 PG_QUEUE_PORT)",
                "user": "u (.env line 4 PG_QUEUE_USER)", "password": "(hidden) (environment PG_QUEUE_PASSWORD)",
                "dbname": "app (.env line 2 PG_QUEUE_DB)",
            ]
        )
    }

    @Test(
        "settings that cannot be meant are refused with their source",
        arguments: [
            (
                Settings(environment: ["DB_HOST": "a", "PG_QUEUE_HOST": "b"]),
                """
                environment DB_HOST and environment PG_QUEUE_HOST differ
                hint: They are two names of the same setting: keep one.
                """
            ),
            (
                Settings(environment: ["DB_PASSWORD": "s3cret", "PG_QUEUE_PASSWORD": "other"]),
                """
                environment DB_PASSWORD and environment PG_QUEUE_PASSWORD differ
                hint: They are two names of the same setting: keep one.
                """
            ),
            (
                Settings(environment: ["DB_PORT": "54x2"]),
                "port \"54x2\" is not a number from 1 to 65535 (environment DB_PORT)"
            ),
            (
                Settings(flags: [.cronPort: "65536"], environment: [:]),
                "port \"65536\" is not a number from 1 to 65535 (flag --cron-port)"
            ),
            (
                Settings(environment: ["PG_CRON_PORT": "0"]),
                "port \"0\" is not a number from 1 to 65535 (environment PG_CRON_PORT)"
            ),
            (Settings(flags: [.host: ""], environment: [:]), "flag --host has no value"),
            (Settings(databases: [""], environment: [:]), "flag --database has no value"),
            (
                Settings(databases: ["host=h password=s3cret"], environment: [:]),
                """
                database (flag --database) is neither a name nor a connection URI
                hint: Use a name, or a URI like postgresql://host:5432/database.
                """
            ),
        ]
    )
    func refuses(settings: Settings, description: String) {
        let error = #expect(throws: SettingsError.self) { try settings.resolved() }
        #expect(error?.description == description)
    }

    @Test("cache settings of other tools are named, nothing else")
    func ignored() throws {
        let settings = try Settings(
            environment: ["CACHE_BACKEND": "redis", "XDG_CACHE_HOME": "/c", "PGHOST": "h", "REDIS_HOST": "r"],
            file: file("PG_ARRAY_CACHE_TABLE_PREFIX=p\nCACHE_BACKEND=x\nPG_CRON_USER=u")
        )
        .resolved()
        #expect(settings.ignored == ["CACHE_BACKEND", "PG_ARRAY_CACHE_TABLE_PREFIX", "REDIS_HOST"])
    }

    @Test(
        "a connection URI is shown without its passwords",
        arguments: [
            ("postgresql://h:5432/db", "postgresql://h:5432/db"), ("postgres://u@h/db", "postgres://u@h/db"),
            ("postgresql://u:s3cret@h:5432/db", "postgresql://u:***@h:5432/db"),
            ("postgresql://u:s3/c@r:et@h/db", "postgresql://u:***@h/db"),
            ("postgresql:///db?host=/tmp&password=s3cret", "postgresql:///db?host=/tmp&password=***"),
            ("postgresql://h/db?sslpassword=s3cret&user=u", "postgresql://h/db?sslpassword=***&user=u"),
            ("postgresql://h/db?pass%77ord=s3cret", "postgresql://h/db?pass%77ord=***"), ("plain", "plain"),
        ]
    )
    func redacts(uri: String, shown: String) {
        let setting = Setting(uri, source: .flag("database"))
        #expect(setting.shown == shown)
        #expect(String(reflecting: setting) == "\(shown) (flag --database)")
    }
}
