import Subprocess
import SystemPackage
import Testing

/// A running `cronmill serve`, asked by curl.
struct ServedConsole: Sendable {
    /// The process, from `cronmill` on.
    let process: Int32
    /// Where it said that it listens: `http://127.0.0.1:40123/`, or a socket's path.
    var address: String
    /// The file with the address that logs in.
    let loginFile: String

    /// What came back.
    struct Reply: Sendable {
        var status: Int
        /// Names in small letters.
        var fields: [String: String]
        var body: String
    }

    /// Starts it, waits until it listens, does something with it, and ends it by SIGTERM.
    ///
    /// - Parameter descriptors: how many files and connections it may have open.
    /// - Returns: all that it wrote, and how long its end took.
    @discardableResult
    static func run(
        _ server: TestServer,
        _ arguments: [String] = [],
        listen: String = "127.0.0.1:0",
        hasLoginFile: Bool = true,
        descriptors: Int = 1_024,
        environment: [String: String] = [:],
        _ body: (ServedConsole) async throws -> Void
    ) async throws -> (said: String, ending: Duration) {
        let folder = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter { $0 != "\n" }
        let (log, login) = ("\(folder)/log", "\(folder)/login")
        let command =
            [try ProgramResult.cronmillPath(), "serve", "--listen", listen]
            + (hasLoginFile ? ["--login-file", login] : [])
        let variables = server.environment.filter { !$0.key.hasPrefix("PG") }.merging(["PATH": "/usr/bin:/bin"]) { $1 }
            .merging(environment) { $1 }
        var began = ContinuousClock.now
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: Arguments(
                ["-c", "ulimit -n \(descriptors); log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log]
                    + command + arguments
            ),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            do {
                try await eventually("the console listens", within: .seconds(60)) {
                    try await text(log).contains("listening on ")
                }
                let said = try await text(log)
                let address = try #require(said.firstMatch(of: /listening on (\S+)/)).output.1
                try await body(
                    ServedConsole(
                        process: execution.processIdentifier.value,
                        address: String(address),
                        loginFile: login
                    )
                )
            } catch {
                try execution.send(signal: .kill)
                throw error
            }
            began = .now
            try execution.send(signal: .terminate)
        }
        let ending = ContinuousClock.now - began
        #expect(result.terminationStatus.isSuccess, "\(result.terminationStatus)")
        let said = try await text(log)
        _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
        return (said, ending)
    }

    private static func text(_ path: String) async throws -> String {
        try await ProgramResult.of("/bin/cat", [path], environment: [:]).output
    }

    /// Asks for a path, with curl's own options before it.
    func get(_ path: String, _ options: String...) async throws -> Reply {
        try await get(path, options)
    }

    func get(_ path: String, _ options: [String]) async throws -> Reply {
        let result = try await ProgramResult.of(
            "/usr/bin/curl",
            ["--silent", "--show-error", "--include", "--max-time", "20"] + options
                + (address.hasPrefix("/") ? ["--unix-socket", address, "http://localhost/" + path] : [address + path]),
            environment: [:]
        )
        try #require(result.exitCode == 0, "\(result.errors)")
        let text = result.output.replacing("\r\n", with: "\n")
        let end = try #require(text.firstRange(of: "\n\n"))
        let head = text[..<end.lowerBound].split(separator: "\n")
        var fields: [String: String] = [:]
        for line in head.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].drop { $0 == " " }.description
        }
        let status = head.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return Reply(status: try #require(status), fields: fields, body: String(text[end.upperBound...]))
    }

    /// Where it listens, by TCP.
    var port: Substring {
        get throws { try #require(address.firstMatch(of: /:(\d+)\//)).output.1 }
    }

    /// Begins three hundred requests, says `open` and makes the file `holdFile` when all are, and ends none of them for
    /// so many seconds.
    func holdRequests(seconds: Int) async throws -> ProgramResult {
        let script = """
            ulimit -n 1000
            # It may have ended before the last has begun.
            trap '' PIPE
            for n in $(seq 300); do
                exec {fd}<>/dev/tcp/127.0.0.1/\(try port)
                printf 'GET /healthz HTTP/1.1\\r\\nHost: 127.0' >&$fd 2>/dev/null
            done
            echo open >&2
            : >"$1"
            sleep \(seconds)
            """
        return try await ProgramResult.of("/bin/bash", ["-c", script, "bash", holdFile], environment: [:])
    }

    var holdFile: String { loginFile + ".held" }

    /// Listens to so many streams of events until they end: their status lines, and how many ended as HTTP has it. When all
    /// are heard it makes a file.
    func listen(times count: Int, _ cookie: [String], thenMake path: String) async throws -> ProgramResult {
        let script = """
            ulimit -n 1000
            for n in $(seq \(count)); do
                exec {fd}<>/dev/tcp/127.0.0.1/\(try port)
                printf 'GET /events HTTP/1.1\\r\\nHost: localhost:%s\\r\\n%s\\r\\n\\r\\n' '\(try port)' "$1" >&$fd
                read -r line <&$fd
                echo "$line"
                streams+=($fd)
            done
            : >"$2"
            for fd in "${streams[@]}"; do
                [ "$(tail -c 5 <&$fd | od -An -tx1)" = ' 30 0d 0a 0d 0a' ] && ended=$((ended + 1))
            done
            echo "$ended ended"
            """
        let header = try #require(cookie.last)
        return try await ProgramResult.of("/bin/bash", ["-c", script, "bash", header, path], environment: [:])
    }

    /// Sends a form.
    func post(_ path: String, _ fields: [(String, String)], _ options: [String] = []) async throws -> Reply {
        try await get(path, options + fields.flatMap { ["--data-urlencode", "\($0)=\($1)"] })
    }

    /// Logs in by password; gives curl's options that send the cookie.
    func logIn(_ role: String, _ password: String) async throws -> [String] {
        let reply = try await post("login", [("role", role), ("password", password)])
        try #require(reply.status == 303, "\(reply)")
        return ["--header", "Cookie: \(try #require(reply.fields["set-cookie"]).prefix { $0 != ";" })"]
    }

    /// Follows the one-time address; gives curl's options that send the cookie.
    func logIn() async throws -> [String] {
        let login = try await Self.text(loginFile)
        let once = try #require(login.firstMatch(of: /login\?once=[0-9a-f]{32}/)).output
        let cookie = try #require(try await get(String(once)).fields["set-cookie"]).prefix { $0 != ";" }
        return ["--header", "Cookie: \(cookie)"]
    }
}
