internal import Console
internal import ConsoleRequest
internal import Cronmill
internal import Glibc
internal import Postgres

/// The console's server. `cronmill serve` reads the settings, and this takes its place.
@main
struct Main {
    static func main() async {
        // Who reads the output may go away; a visitor may, too.
        signal(SIGPIPE, SIG_IGN)
        let descriptors = raiseDescriptorLimit()
        guard descriptors > Self.ownDescriptors else {
            fail("it may have \(descriptors) files open, and needs more than \(Self.ownDescriptors) (ulimit -n)")
        }
        guard CommandLine.arguments.count == 2, let descriptor = Int32(CommandLine.arguments[1]) else {
            fail("it is started by cronmill serve", code: 64)
        }
        do {
            let request = try ConsoleRequest.take(from: descriptor)
            if let path = request.socket { try SocketFile.makeWay(path) }
            defer { request.socket.map(SocketFile.remove) }
            let loginFile = try request.loginFile.map { try LoginFile($0) }
            do {
                try await server(request, descriptors).run { address, login in
                    say("listening on \(address)", unless: request.isQuiet)
                    if let login { tell(login, loginFile, request) }
                }
            } catch {
                loginFile?.removeUnwritten()
                throw error
            }
        } catch let failure as ConsoleRequest.Failure {
            fail(failure.message, code: 64)
        } catch let failure as SocketFile.Failure {
            fail(failure.message)
        } catch let failure as LoginFile.Failure {
            fail(failure.message)
        } catch let failure as ConsoleServer.Failure {
            fail(failure.message)
        } catch {
            fail("\(error)")
        }
    }

    private static func server(_ request: ConsoleRequest, _ descriptors: Int) -> ConsoleServer {
        var deployment = Deployment(
            cron: ConnectionInfo(request.cron),
            work: ConnectionInfo(request.work),
            exceptions: request.exceptions.mapValues { ConnectionInfo($0) }
        )
        if request.isVerbose {
            deployment.onStatement = { trace in
                write(
                    "\(trace.database): \(trace.duration.shortText): \(trace.text)".controlsEscaped,
                    to: STDERR_FILENO
                )
            }
        }
        var server = ConsoleServer(deployment, databases: request.databases)
        server.address = request.address
        server.port = request.port
        server.hosts = request.hosts
        server.socket = request.socket
        server.base = request.base
        server.isBehindTLS = request.isBehindTLS
        server.loginKind =
            switch request.login {
            case .once(let mayAct): .once(mayAct: mayAct)
            case .password: .password
            case .proxy(let field, let services): .proxy(field: field, services: services)
            }
        server.log = { write($0, to: STDERR_FILENO) }
        server.metricsToken = request.metricsToken
        server.servesAliases = request.servesAliases
        server.hasHistograms = request.hasHistograms
        server.expectedStandbys = request.expectedStandbys
        server.mostConnections = min(server.mostConnections, descriptors - Self.ownDescriptors)
        return server
    }

    /// The address goes to a terminal or a file of the user's, and never into a log.
    private static func tell(_ login: String, _ file: LoginFile?, _ request: ConsoleRequest) {
        if let file {
            write(login, to: file.descriptor)
        } else if isatty(STDOUT_FILENO) == 1 {
            write("open once: \(login)", to: STDOUT_FILENO)
        } else {
            say(
                "nobody can log in: standard output is no terminal, and there is no --login-file",
                unless: request.isQuiet
            )
        }
    }

    private static func say(_ text: String, unless isQuiet: Bool) {
        if !isQuiet { write(text, to: STDERR_FILENO) }
    }

    private static func fail(_ message: String, code: Int32 = 1) -> Never {
        write("cronmill: error: \(message)", to: STDERR_FILENO)
        exit(code)
    }

    private static func write(_ line: String, to descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    /// What is left to connections to databases, three descriptors each, and to the system: without one for its timers
    /// Dispatch ends the process.
    private static let ownDescriptors = 100

    /// As many connections as the server lets in have to have a descriptor each. Gives how many there may be.
    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        limit.rlim_cur = min(limit.rlim_max, 4_096)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(limit.rlim_cur)
    }
}
