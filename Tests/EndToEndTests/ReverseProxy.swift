import Testing

/// nginx in front of a console in the folder `/x/`: on one socket it leaves the folder in addresses, on another it takes it
/// away.
struct ReverseProxy: Sendable {
    let folder: String

    var keeping: String { "\(folder)/kept.sock" }
    var cutting: String { "\(folder)/cut.sock" }

    /// Runs `body` while it runs.
    static func with(_ console: ServedConsole, _ body: (ReverseProxy) async throws -> Void) async throws {
        let folder = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter { $0 != "\n" }
        let proxy = ReverseProxy(folder: folder)
        let backend = console.address.split(separator: "/")[1]
        let server = """
            proxy_set_header Host cron.example;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            """
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/log;
            events {}
            http {
                access_log off; \(temporary)
                server { listen unix:\(proxy.keeping); location /x/ { proxy_pass http://\(backend); \(server) } }
                server { listen unix:\(proxy.cutting); location /x/ { proxy_pass http://\(backend)/; \(server) } }
            }
            """
        let script = """
            printf '%s' "$2" >"$1/conf" && exec /usr/sbin/nginx -e "$1/log" -c "$1/conf"
            """
        var failure: (any Error)?
        do {
            try await Companion.with(script, [folder, configuration], name: "proxy") {
                try await ProgramResult.of(
                    "/usr/bin/curl",
                    ["--silent", "--fail", "--unix-socket", proxy.cutting, "http://localhost/x/healthz"],
                    environment: [:]
                ).exitCode == 0
            } _: {
                try await body(proxy)
            }
        } catch {
            failure = error
        }
        _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
        if let failure { throw failure }
    }
}
