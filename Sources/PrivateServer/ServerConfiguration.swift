/// The texts of `postgresql.conf` and `pg_hba.conf` of a private server.
struct ServerConfiguration {
    private let settings: [String: String]
    private let hostAuthentication: [String]

    /// The settings that the options of a private server or its place decide.
    private static let decidedElsewhere = [
        "port": "listensOnLoopback",
        "listen_addresses": "listensOnLoopback",
        "unix_socket_directories": "nothing: it is the server's own directory",
        "cron.database_name": "cronDatabase",
    ]

    init(_ options: ServerOptions, hasCron: Bool, directory: String, port: Int) throws(PrivateServerError) {
        var settings = [
            "fsync": "off",
            "lc_messages": "C",
            "listen_addresses": options.listensOnLoopback ? "127.0.0.1" : "",
            "log_line_prefix": "%m [%p] %q%u@%d ",
            "log_timezone": "UTC",
            "max_connections": "100",
            "port": String(port),
            "timezone": "UTC",
            "unix_socket_directories": directory,
        ]
        if hasCron {
            settings["shared_preload_libraries"] = "pg_cron"
            settings["cron.database_name"] = options.cronDatabase
            settings["cron.host"] = directory
        }
        for (name, value) in options.settings {
            settings[try Self.checked(name)] = value
        }
        if let (name, _) = settings.first(where: { $0.value.contains("\0") }) {
            throw PrivateServerError("the value of the setting \(name) contains a NUL")
        }
        self.settings = settings
        hostAuthentication = options.hostAuthentication
    }

    /// The text of `postgresql.conf`.
    var serverText: String {
        settings
            .sorted { $0.key < $1.key }
            .map { "\($0.key) = \(Self.quoted($0.value))\n" }
            .joined()
    }

    /// The text of `pg_hba.conf`.
    var authenticationText: String {
        (hostAuthentication + ["local all all trust"]).map { $0 + "\n" }.joined()
    }

    /// The name as PostgreSQL compares it, in lower case.
    private static func checked(_ name: String) throws(PrivateServerError) -> String {
        let name = name.lowercased()
        let isName = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || scalar == "_" || scalar == "."
        }
        guard isName, !name.isEmpty else {
            throw PrivateServerError("\"\(name)\" is not the name of a setting")
        }
        if let option = decidedElsewhere[name] {
            throw PrivateServerError("the setting \(name) cannot be given", hint: "it is decided by \(option)")
        }
        return name
    }

    /// A value as `postgresql.conf` wants it (PostgreSQL manual, "Parameter Interaction via the Configuration File").
    static func quoted(_ value: String) -> String {
        var quoted = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "'": quoted += "''"
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "'"
    }
}
