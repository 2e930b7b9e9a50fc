internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The running `KeeperScript` of one server.
///
/// Steps are done in the order in which they were asked for, and a step once begun is waited for even when the
/// asking task is cancelled: the script could not leave it half done either.
actor ServerKeeper {
    private let process: Task<Void, any Error>
    private let answers: AsyncStream<KeeperScript.Answer>
    private var latest: Task<Bool, Never>?
    private var channel: FileDescriptor?

    /// Starts the script in a session of its own: Ctrl-C at the terminal reaches this process only, and the server
    /// then ends in good order.
    init(
        directory: String,
        installation: ServerInstallation,
        superuser: String,
        account: ServerAccount?,
        origin: ServerOptions.Origin,
        initialization: [String]
    ) throws(PrivateServerError) {
        // A socket and not a pipe: `send` can be told not to raise SIGPIPE.
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .systemCall("no socket pair for the server's keeper")
        }
        channel = FileDescriptor(rawValue: ends[0])
        let input = FileDescriptor(rawValue: ends[1])

        var platform = PlatformOptions()
        platform.createSession = true
        let command =
            (account?.prefix ?? []) + [
                "/bin/sh", "-c", KeeperScript.text, "cronmill-server",
                directory, installation.binDirectory, superuser, Self.locale(),
                origin.source?.socketDirectory ?? "", origin.source.map { String($0.port) } ?? "",
                initialization.joined(separator: " "),
            ]
        let configuration = Configuration(
            executable: .path("/usr/bin/env"),
            arguments: Arguments(command),
            // Nothing of ours: PGOPTIONS or PGSSLMODE would reach the connections that pg_cron opens.
            environment: .custom(["PATH": "/usr/bin:/bin", "HOME": directory, "LC_ALL": Self.locale()]),
            workingDirectory: "/",
            platformOptions: platform
        )
        let (answers, continuation) = AsyncStream.makeStream(of: KeeperScript.Answer.self)
        self.answers = answers
        process = Task.detached {
            defer { continuation.finish() }
            let result = try await run(
                configuration,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                var complaints: [String] = []
                for try await line in execution.standardOutput.strings() {
                    if let answer = KeeperScript.Answer(rawValue: line) {
                        continuation.yield(answer)
                    } else {
                        complaints.append(line)
                    }
                }
                return complaints
            }
            guard result.terminationStatus.isSuccess else {
                let complaints = result.closureResult.map { "\n" + $0 }.joined()
                let status = result.terminationStatus
                throw PrivateServerError("the script around the server failed: \(status)\(complaints)")
            }
        }
    }

    /// Whether the script did that step.
    func perform(_ step: KeeperScript.Step) async -> Bool {
        let previous = latest
        let task = Task { [answers] in
            _ = await previous?.value
            guard self.send(step) else { return false }
            for await answer in answers { return answer == .done }
            return false
        }
        latest = task
        return await task.value
    }

    /// Lets the script clean up and waits for its end.
    ///
    /// - Throws: why the script could not be run, or did not clean up.
    func stop() async throws {
        if let channel {
            _ = send(.stop)
            close(channel.rawValue)
            self.channel = nil
        }
        try await process.value
    }

    private func send(_ step: KeeperScript.Step) -> Bool {
        guard let channel else { return false }
        let line = Array((step.rawValue + "\n").utf8)
        return Glibc.send(channel.rawValue, line, line.count, Int32(MSG_NOSIGNAL)) == line.count
    }

    /// A locale that sorts by code point everywhere, with the character classes of UTF-8 where the system has it.
    private static func locale() -> String {
        guard let found = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return "C" }
        freelocale(found)
        return "C.UTF-8"
    }
}
