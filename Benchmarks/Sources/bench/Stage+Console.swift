internal import Foundation
internal import Glibc
internal import Postgres
internal import PrivateServer
internal import Subprocess
internal import SystemPackage

/// A running `cronmill serve`, and somebody who is logged in.
struct BenchedConsole: Sendable {
    /// The process.
    let process: Int32
    /// `http://127.0.0.1:40123/`.
    let address: String
    /// curl's file of cookies.
    let cookies: String

    /// One answer as curl saw it.
    struct Reply: Sendable {
        var status: Int
        var milliseconds: Double
        /// Of the body, as it came.
        var bytes: Int
        var body: String
    }

    /// Asks for a path; `compressed` takes gzip and undoes it.
    func get(_ path: String, compressed: Bool = false, keepsBody: Bool = false) async throws -> Reply {
        let text = try await runProgram(
            "/usr/bin/curl",
            [
                "--silent", "--show-error", "--max-time", "30", "--cookie", cookies, "--write-out",
                "\n%{http_code} %{time_total} %{size_download}",
            ] + (compressed ? ["--compressed"] : []) + (keepsBody ? [] : ["--output", "/dev/null"]) + [address + path]
        )
        let figures = text.split(separator: "\n").last?.split(separator: " ") ?? []
        guard figures.count == 3, let status = Int(figures[0]), let seconds = Double(figures[1]),
            let bytes = Int(figures[2])
        else { throw InvalidRound("curl: \(text.suffix(200))") }
        return Reply(status: status, milliseconds: seconds * 1000, bytes: bytes, body: text)
    }

    /// Milliseconds until Chromium shows something of the overview, each time; nil where there is no Chromium.
    func firstPaints(times: Int) async throws -> [Double]? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else { return nil }
        // curl's file is in Netscape's format: name and value are the last two of a line's seven fields.
        let lines = try String(contentsOfFile: cookies, encoding: .utf8).split(separator: "\n")
        guard let fields = lines.last?.split(separator: "\t"), fields.count == 7 else {
            throw InvalidRound("no cookie")
        }
        let request: [String: Any] = ["address": address, "cookie": "\(fields[5])=\(fields[6])", "times": times]
        let folder = FileManager.default.currentDirectoryPath
        let said = try await runProgram(
            "\(folder)/scripts/time-console",
            [],
            environment: ["HOME": "/tmp"],
            input: String(decoding: JSONSerialization.data(withJSONObject: request), as: UTF8.self)
        )
        return said.split(separator: "\n").compactMap { Double($0) }
    }

    /// Processor seconds so far.
    func processorSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // proc(5): utime and stime are the 12th and 13th fields after the name.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return Double(fields.dropFirst(11).prefix(2).compactMap { Int($0) }.reduce(0, +))
            / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory in MB.
    func memory() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let size = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
            throw InvalidRound("no VmRSS of process \(process)")
        }
        return size / 1024
    }
}

extension Stage {
    /// Starts the console of all databases, logs in, waits until each has been asked, does something and ends it.
    func withConsole(_ body: (BenchedConsole) async throws -> Void) async throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let (log, login) = ("\(folder)/log", "\(folder)/login")
        let variables = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "DB_HOST": server.socketDirectory,
            "DB_PORT": String(server.port), "DB_USER": server.superuser,
        ]
        let result = try await run(
            .path("/bin/sh"),
            arguments: [
                "-c", "exec \"$0\" serve --all --listen 127.0.0.1:0 --login-file \"$1\" >\"$2\" 2>&1", program, login,
                log,
            ],
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
                )
            ),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            do {
                try await body(
                    enter(process: execution.processIdentifier.value, login: login, cookies: "\(folder)/cookies")
                )
            } catch {
                try execution.send(signal: .kill)
                throw error
            }
            try execution.send(signal: .terminate)
        }
        guard result.terminationStatus.isSuccess else { throw InvalidRound("serve: \(result.terminationStatus)") }
    }

    private func enter(process: Int32, login: String, cookies: String) async throws -> BenchedConsole {
        for _ in 0..<600 {
            try await Task.sleep(for: .milliseconds(200))
            // It is made before it is written.
            guard let text = FileManager.default.contents(atPath: login).map({ String(decoding: $0, as: UTF8.self) }),
                let end = text.firstRange(of: "login?once=")
            else { continue }
            _ = try await runProgram(
                "/usr/bin/curl",
                ["--silent", "--output", "/dev/null", "--cookie-jar", cookies, text.filter { !$0.isNewline }]
            )
            let console = BenchedConsole(
                process: process,
                address: String(text[..<end.lowerBound]),
                cookies: cookies
            )
            for _ in 0..<300 {
                let health = try await console.get("api/v1/health", keepsBody: true)
                if health.body.contains("\"partial\":false") || health.body.contains("\"partial\": false") {
                    return console
                }
                try await Task.sleep(for: .seconds(1))
            }
            throw InvalidRound("not every database has been asked within five minutes")
        }
        throw InvalidRound("the console does not listen")
    }

    /// Sessions of the console, and those of them that wait in a work database for something to do.
    func consoleSessions() async throws -> (all: Int, idleInWork: Int) {
        let row = try await rows(
            """
            select count(*) as all_of_them,
                count(*) filter (
                    where a.state = 'idle' and a.datname <> 'postgres' and a.state_change < now() - interval '1 second'
                ) as idle
            from pg_stat_activity as a where a.application_name = 'cronmill'
            """
        ).first
        guard let row else { throw InvalidRound("no sessions") }
        return (try row.get("all_of_them"), try row.get("idle"))
    }
}
