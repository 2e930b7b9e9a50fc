internal import Postgres

/// What a connection URI in `DB_NAME` or `PG_CRON_DATABASE` says, by libpq's keywords.
struct ConnectionAddress: Sendable, Hashable {
    let settings: [String: Setting]

    /// - Throws: `SettingsError` if libpq does not understand the URI, or it names no database.
    init(_ setting: Setting) throws(SettingsError) {
        let info: ConnectionInfo
        do throws(PostgresError) {
            info = try ConnectionInfo(uri: setting.value)
        } catch {
            throw SettingsError("\(error.message) (\(setting.source))")
        }
        var settings: [String: Setting] = [:]
        for keyword in Self.keywords {
            guard let value = info[keyword], !value.isEmpty else { continue }
            let isSecret = Self.secrets.contains(keyword)
            settings[keyword] = Setting(value, source: setting.source, isSecret: isSecret)
        }
        guard settings["dbname"] != nil else {
            throw SettingsError("the connection URI names no database (\(setting.source))")
        }
        self.settings = settings
    }

    /// What has no variable of its own, such as `sslmode`.
    var others: [String: Setting] {
        let own = ConnectionPart.all.map(\.keyword) + ["dbname"]
        return settings.filter { !own.contains($0.key) }
    }

    static let secrets: Set = [
        "password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret",
    ]

    /// Source: PostgreSQL manual, section 34.1.2, "Parameter Key Words", of versions 15 to 18.
    private static let keywords = [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "require_auth", "channel_binding",
        "connect_timeout", "client_encoding", "options", "application_name", "fallback_application_name", "keepalives",
        "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "replication", "gssencmode",
        "sslmode", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslkeylogfile", "sslpassword",
        "sslcertmode", "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "requirepeer", "ssl_min_protocol_version",
        "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version", "krbsrvname", "gsslib",
        "gssdelegation", "scram_client_key", "scram_server_key", "service", "servicefile", "target_session_attrs",
        "load_balance_hosts", "oauth_issuer", "oauth_client_id", "oauth_client_secret", "oauth_scope",
    ]
}
