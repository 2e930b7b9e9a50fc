import Testing

@testable import cronmill_cli

@Suite("Settings")
struct SettingsTests {
    private static let builtIn: [String: Setting] = ["dbname": Setting("postgres", source: .builtIn)]

    private static func environment(_ value: String, _ key: String, isSecret: Bool = false) -> Setting {
        Setting(value, source: .environment(key), isSecret: isSecret)
    }

    @Test("what nobody gave is left to libpq")
    func nothing() throws {
        let resolved = try Settings(environment: ["HOME": "/root", "PGHOST": "db9", "DB_HOST": ""]).resolved()
        #expect(resolved == ResolvedSettings(work: [:], cron: Self.builtIn, databases: [], ignored: []))
    }

    @Test("flags win over the environment, the environment over the file")
    func precedence() throws {
        var settings = Settings(environment: ["DB_HOST": "env", "DB_PORT": "2", "DB_PASSWORD": ""])
        settings.flags = [.host: "flag"]
        settings.file = try EnvironmentFile(
            name: ".env",
            text: "DB_HOST=file\nDB_PORT=3\nDB_USER=ann\nDB_PASSWORD=s3cret\nDB_NAME=app\n"
        )
        let work: [String: Setting] = [
            "host": Setting("flag", source: .flag("host")), "port": Self.environment("2", "DB_PORT"),
            "user": Setting("ann", source: .file(".env", line: 3, key: "DB_USER")),
            "password": Setting("s3cret", source: .file(".env", line: 4, key: "DB_PASSWORD"), isSecret: true),
            "dbname": Setting("app", source: .file(".env", line: 5, key: "DB_NAME")),
        ]
        #expect(
            try settings.resolved()
                == ResolvedSettings(work: work, cron: work.merging(Self.builtIn) { $1 }, databases: [], ignored: [])
        )
    }

    @Test("the cron side has settings of its own, and flags before all")
    func cronSide() throws {
        var settings = Settings(environment: [
            "DB_HOST": "work", "DB_PORT": "1", "DB_USER": "ann", "DB_PASSWORD": "w0rk", "DB_NAME": "app",
            "PG_CRON_HOST": "cron", "PG_CRON_PORT": "2", "PG_CRON_PASSWORD": "cr0n", "PG_CRON_DATABASE": "jobs",
        ])
        var cron: [String: Setting] = [
            "host": Self.environment("cron", "PG_CRON_HOST"), "port": Self.environment("2", "PG_CRON_PORT"),
            "user": Self.environment("ann", "DB_USER"),
            "password": Self.environment("cr0n", "PG_CRON_PASSWORD", isSecret: true),
            "dbname": Self.environment("jobs", "PG_CRON_DATABASE"),
        ]
        #expect(try settings.resolved().cron == cron)
        settings.flags = [.port: "3", .user: "eve", .cronUser: "bob", .cronDatabase: "other"]
        cron["port"] = Setting("3", source: .flag("port"))
        cron["user"] = Setting("bob", source: .flag("cron-user"))
        cron["dbname"] = Setting("other", source: .flag("cron-database"))
        #expect(try settings.resolved().cron == cron)
    }

    @Test("PG_QUEUE_* are other names of DB_*")
    func alias() throws {
        let settings = Settings(environment: [
            "PG_QUEUE_HOST": "h", "PG_QUEUE_PORT": "1", "PG_QUEUE_USER": "u", "PG_QUEUE_PASSWORD": "p",
            "PG_QUEUE_DB": "d", "DB_HOST": "h",
        ])
        #expect(
            try settings.resolved().work == [
                "host": Self.environment("h", "DB_HOST"), "port": Self.environment("1", "PG_QUEUE_PORT"),
                "user": Self.environment("u", "PG_QUEUE_USER"),
                "password": Self.environment("p", "PG_QUEUE_PASSWORD", isSecret: true),
                "dbname": Self.environment("d", "PG_QUEUE_DB"),
            ]
        )
    }

    @Test(
        "two names of one setting must agree",
        arguments: [
            ("DB_HOST", "PG_QUEUE_HOST", "a", "b"), ("DB_PORT", "PG_QUEUE_PORT", "1", "2"),
            ("DB_USER", "PG_QUEUE_USER", "a", "b"), ("DB_PASSWORD", "PG_QUEUE_PASSWORD", "s3cret", "S3cret"),
            ("DB_NAME", "PG_QUEUE_DB", "caf\u{e9}", "cafe\u{301}"),
        ]
    )
    func disagreement(name: String, alias: String, one: String, other: String) throws {
        let hint = "They are two names of the same setting: keep one."
        #expect(throws: SettingsError("environment \(name) and environment \(alias) differ", hint: hint)) {
            try Settings(environment: [name: one, alias: other]).resolved()
        }
        var settings = Settings(environment: [:])
        settings.file = try EnvironmentFile(name: ".env", text: "\(name)=\(one)\n\(alias)=\(other)")
        #expect(throws: SettingsError(".env line 1 \(name) and .env line 2 \(alias) differ", hint: hint)) {
            try settings.resolved()
        }
    }

    @Test("a port is a number, or several with several hosts", arguments: ["1", "65535", "05432", "5432,5433"])
    func port(text: String) throws {
        #expect(try Settings(environment: ["DB_PORT": text]).resolved().cron["port"]?.value == text)
    }

    @Test(
        "what is no port is refused",
        arguments: ["0", "65536", "-1", "+1", "x", " 1", "１", "1,", "99999999999999999999"]
    )
    func badPort(text: String) {
        #expect(throws: SettingsError("the port is not a number from 1 to 65535 (environment PG_CRON_PORT)")) {
            try Settings(environment: ["PG_CRON_PORT": text]).resolved()
        }
    }

    @Test("a flag without a value is refused", arguments: Settings.Flag.allCases)
    func emptyFlag(flag: Settings.Flag) {
        #expect(throws: SettingsError("flag --\(flag.rawValue) has no value")) {
            try Settings(flags: [flag: ""], environment: [:]).resolved()
        }
    }

    @Test("work databases are names and URIs, each once")
    func databases() throws {
        let uri = "postgresql://ann:s3cret@db1/shop"
        let settings = Settings(databases: ["a", uri, "a", "caf\u{e9}", "cafe\u{301}", uri], environment: [:])
        let values = try settings.resolved().databases
        #expect(values.map { Array($0.value.utf8) } == ["a", uri, "caf\u{e9}", "cafe\u{301}"].map { Array($0.utf8) })
        #expect(values.allSatisfy { $0.source == .flag("database") })
        #expect(throws: SettingsError("flag --database has no value")) {
            try Settings(databases: [""], environment: [:]).resolved()
        }
    }

    @Test(
        "a connection string that is no URI of PostgreSQL is refused and not repeated",
        arguments: [
            "host=db1 password=s3cret", "jdbc:postgresql://ann:s3cret@db1/app", "POSTGRES://ann:s3cret@db1/app",
        ]
    )
    func connectionString(text: String) {
        let error = SettingsError(
            "database (environment DB_NAME) is neither a name nor a connection URI",
            hint: "Use a name, or a URI like postgresql://host:5432/database."
        )
        #expect(throws: error) { try Settings(environment: ["DB_NAME": text]).resolved() }
    }

    @Test("a URI must be understood and name a database", arguments: ["DB_NAME", "PG_CRON_DATABASE"])
    func badURI(key: String) {
        #expect(throws: SettingsError("the connection URI names no database (environment \(key))")) {
            try Settings(environment: [key: "postgresql://ann:s3cret@db1"]).resolved()
        }
        #expect {
            try Settings(environment: [key: "postgresql://ann:s3cret@[db1/app"]).resolved()
        } throws: { error in
            let message = (error as? SettingsError)?.message
            return message?.hasSuffix("(environment \(key))") == true && message?.contains("s3cret") == false
        }
    }

    @Test("a password that libpq would take for a port is not repeated")
    func passwordAsPort() {
        let uri = "postgresql://ann:s3cret/app"
        #expect(throws: SettingsError("the port is not a number from 1 to 65535 (flag --database)")) {
            try Settings(databases: [uri], environment: [:]).resolved()
        }
        #expect(throws: SettingsError("the port is not a number from 1 to 65535 (environment DB_NAME)")) {
            try Settings(environment: ["DB_NAME": uri]).resolved()
        }
    }

    @Test("DB_NAME as a URI is a whole address, on which the cron side falls back")
    func workURI() throws {
        let uri = "postgresql://ann:s3cret@db1/app?sslmode=require"
        let settings = Settings(environment: ["DB_NAME": uri, "DB_HOST": "old", "DB_PORT": "1"])
        let address: [String: Setting] = [
            "host": Self.environment("db1", "DB_NAME"), "user": Self.environment("ann", "DB_NAME"),
            "password": Self.environment("s3cret", "DB_NAME", isSecret: true),
            "sslmode": Self.environment("require", "DB_NAME"),
        ]
        let resolved = try settings.resolved()
        #expect(resolved.work == address.merging(["dbname": Self.environment("app", "DB_NAME")]) { $1 })
        #expect(resolved.cron == address.merging(Self.builtIn) { $1 })
    }

    @Test("PG_CRON_DATABASE as a URI is a whole address: no password of another server goes there")
    func cronURI() throws {
        var settings = Settings(environment: [
            "DB_HOST": "db1", "DB_PASSWORD": "s3cret", "PG_CRON_PASSWORD": "cr0n",
            "PG_CRON_DATABASE": "postgres://cron:2/jobs?hostaddr=10.0.0.1",
        ])
        settings.flags = [.host: "db2"]
        let key = "PG_CRON_DATABASE"
        var cron = [
            "host": Self.environment("cron", key), "port": Self.environment("2", key),
            "dbname": Self.environment("jobs", key), "hostaddr": Self.environment("10.0.0.1", key),
        ]
        #expect(try settings.resolved().cron == cron)
        settings.flags[.cronHost] = "db3"
        cron["host"] = Setting("db3", source: .flag("cron-host"))
        cron["hostaddr"] = nil
        #expect(try settings.resolved().cron == cron)
    }

    private static func found(_ text: String, isNamed: Bool = false) throws -> EnvironmentFile {
        var file = try EnvironmentFile(name: ".env", text: text)
        file.isNamed = isNamed
        return file
    }

    @Test(
        "a password does not go where only a file in the working directory says",
        arguments: [
            ("DB_HOST=db9", "DB_PASSWORD", "host that .env line 1 DB_HOST"),
            ("DB_PORT=9999", "DB_PASSWORD", "port that .env line 1 DB_PORT"),
            ("PG_QUEUE_HOST=db9", "DB_PASSWORD", "host that .env line 1 PG_QUEUE_HOST"),
            ("PG_CRON_HOST=db9", "DB_PASSWORD", "host that .env line 1 PG_CRON_HOST"),
            ("\nPG_CRON_HOST=db9", "PG_CRON_PASSWORD", "host that .env line 2 PG_CRON_HOST"),
            ("DB_HOST=db9", "PGPASSWORD", "host that .env line 1 DB_HOST"),
            ("DB_NAME=postgresql://db9/app", "PGPASSWORD", "host that .env line 1 DB_NAME"),
            ("DB_NAME=postgresql:///app?hostaddr=10.0.0.9", "PGPASSWORD", "host that .env line 1 DB_NAME"),
            ("DB_NAME=postgresql:///app?service=x", "PGPASSWORD", "service that .env line 1 DB_NAME"),
        ]
    )
    func mixedSources(file: String, secret: String, place: String) throws {
        var settings = Settings(environment: [secret: "s3cret"])
        if secret == "PGPASSWORD" {
            settings.environment = [:]
            settings.libpqPassword = Setting("s3cret", source: .environment(secret), isSecret: true)
        }
        settings.file = try Self.found(file)
        let resolved = try settings.resolved()
        let error = SettingsError(
            "the password of environment \(secret) would go to a \(place) names",
            hint:
                "A file that only lies in the working directory is not trusted with it: name the file with --env-file, "
                + "or give both in one place."
        )
        #expect(throws: error) {
            try resolved.checkTrust(resolved.cron)
            try resolved.checkTrust(resolved.work)
        }
        settings.file = try Self.found(file, isNamed: true)
        let named = try settings.resolved()
        try named.checkTrust(named.cron)
        try named.checkTrust(named.work)
    }

    @Test("a password goes where it came with, and where flags and the environment say")
    func sameSource() throws {
        var settings = Settings(environment: [:])
        settings.file = try Self.found("DB_HOST=db1\nDB_PASSWORD=s3cret")
        try settings.resolved().checkTrust(settings.resolved().work)
        settings.environment = ["DB_HOST": "db2"]
        try settings.resolved().checkTrust(settings.resolved().work)
        settings.environment = ["DB_PASSWORD": "other"]
        settings.flags = [.host: "db3"]
        try settings.resolved().checkTrust(settings.resolved().work)
    }

    @Test("cache settings of other tools are noted by name, from the environment and the file")
    func ignored() throws {
        var settings = Settings(environment: ["REDIS_URL": "s3cret", "PG_QUEUE_CACHE_SIZE": "1", "DB_CACHE": "1"])
        settings.file = try EnvironmentFile(name: ".env", text: "CACHE_TTL=1\nREDIS_URL=x\nROCKSDB_PATH=/x\n")
        #expect(
            try settings.resolved()
                == ResolvedSettings(
                    work: [:],
                    cron: Self.builtIn,
                    databases: [],
                    ignored: ["CACHE_TTL", "PG_QUEUE_CACHE_SIZE", "REDIS_URL", "ROCKSDB_PATH"]
                )
        )
    }

    @Test("the example is valid as it stands")
    func example() throws {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/env.example"
        var settings = Settings(environment: [:])
        let file = try #require(try EnvironmentFile.read(path: path))
        settings.file = file
        func line(_ value: String, _ key: String) throws -> Setting {
            Setting(value, source: .file(path, line: try #require(file.entries[key]).line, key: key))
        }
        let server = [
            "host": try line("localhost", "DB_HOST"), "port": try line("5432", "DB_PORT"),
            "user": try line("postgres", "DB_USER"),
        ]
        #expect(
            try settings.resolved()
                == ResolvedSettings(
                    work: server.merging(["dbname": try line("app", "DB_NAME")]) { $1 },
                    cron: server.merging(["dbname": try line("postgres", "PG_CRON_DATABASE")]) { $1 },
                    databases: [],
                    ignored: []
                )
        )
    }
}

@Suite("What is shown of settings")
struct ShownSettingTests {
    @Test("a secret is hidden in every way to print it")
    func secret() {
        let setting = Setting("s3cret", source: .environment("DB_PASSWORD"), isSecret: true)
        var dumped = ""
        dump(setting, to: &dumped)
        #expect(setting.shown == "(hidden)")
        #expect("\(setting)" == "(hidden) (environment DB_PASSWORD)")
        #expect(String(reflecting: setting) == "(hidden) (environment DB_PASSWORD)")
        #expect(!dumped.contains("s3cret"))
    }

    @Test(
        "sources are told as the user gave them",
        arguments: [
            (.flag("host"), "flag --host"), (.environment("DB_HOST"), "environment DB_HOST"),
            (.file(".env", line: 3, key: "DB_HOST"), ".env line 3 DB_HOST"), (.builtIn, "default"),
        ] as [(Setting.Source, String)]
    )
    func source(source: Setting.Source, text: String) {
        #expect(source.description == text)
    }

    @Test(
        "a password inside a URI is hidden",
        arguments: [
            ("app", "app"), ("postgresql://db1/app", "postgresql://db1/app"), ("postgresql://", "postgresql://"),
            ("postgresql://ann@db1:5432/app", "postgresql://ann@db1:5432/app"),
            ("postgres://ann:s3cret@db1:5432/app", "postgres://ann:***@db1:5432/app"),
            ("postgresql://ann:s3@cr/et@db1/app", "postgresql://ann:***@db1/app"),
            ("postgresql://ann:s3?cret@db1/app?sslmode=require", "postgresql://ann:***@db1/app?sslmode=require"),
            ("postgresql://[::1]:5432/app", "postgresql://[::1]:5432/app"),
            ("postgresql://ann:s3cret@[::1],db2:1/app", "postgresql://ann:***@[::1],db2:1/app"),
            ("postgresql:///app?user=ann&password=s3cret", "postgresql:///app?user=ann&password=***"),
            ("postgresql:///app?sslpassword=s3cret&host=/run", "postgresql:///app?sslpassword=***&host=/run"),
            ("postgresql:///app?%70assword=s3cret", "postgresql:///app?%70assword=***"),
            ("postgresql:///app?oauth_client_secret=s3cret", "postgresql:///app?oauth_client_secret=***"),
        ]
    )
    func uri(value: String, shown: String) {
        #expect(Setting(value, source: .flag("database")).shown == shown)
    }
}
