package import Cronmill
internal import Dispatch
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// The console as a program runs it: a server on loopback and a sampler, until it is told to stop.
package struct ConsoleServer: Sendable {
    /// Numeric address to listen on.
    package var address = "127.0.0.1"
    /// Port to listen on; 0 is any that is free.
    package var port = 0
    /// A socket in the file system to listen on, instead of a port.
    package var socket: String?
    /// Names that `Host` may have, besides those of loopback.
    package var hosts: [String] = []
    /// The folder that a proxy has put it in.
    package var base = ""
    /// Whether a proxy stands in front of it that speaks TLS.
    package var isBehindTLS = false
    /// How people log in.
    package var loginKind = LoginKind.once(mayAct: false)
    /// What `/metrics` is read with, by who is not logged in.
    package var metricsToken: String?
    /// Told who has done what, and whether the cron database answers, in lines for a log.
    package var log: @Sendable (String) -> Void = { _ in }
    /// Whether the addresses that people come from are served, too.
    package var servesAliases = false
    /// Whether `/metrics` has histograms.
    package var hasHistograms = false
    /// How many standbys there have to be; nil where nobody has said.
    package var expectedStandbys: Int?
    /// Beyond it nobody is let in until somebody leaves.
    package var mostConnections = 800
    private let deployment: Deployment
    private let databases: [String]?

    /// - Parameters:
    ///   - deployment: what is looked at.
    ///   - databases: of its work databases; nil is all that are registered.
    package init(_ deployment: Deployment, databases: [String]?) {
        (self.deployment, self.databases) = (deployment, databases)
    }

    /// Serves until SIGTERM or SIGINT; requests under way then have a second.
    ///
    /// - Parameter onStart: told the address of the first page, or the socket, and the one-time address that logs in, if
    ///   there is one.
    /// - Throws: `Failure`: what keeps it from listening.
    package func run(onStart: @escaping @Sendable (_ address: String, _ login: String?) -> Void) async throws {
        let names = ServerNames(hosts: hosts, base: base, isBehindTLS: isBehindTLS)
        let access = Access(own: deployment, kind: loginKind, names: names, metricsToken: metricsToken)
        let sampler = Sampler(
            deployment: deployment,
            databases: databases,
            asksForTimes: hasHistograms,
            expectedStandbys: expectedStandbys,
            log: log
        )
        let console = Console(
            access: access,
            snapshot: { sampler.snapshot },
            onView: { sampler.noteViewer(of: $0) },
            onAction: log,
            servesAliases: servesAliases
        )
        let name = address.contains(":") ? "[\(address)]" : address
        let socket = socket
        // What goes wrong with a request is the visitor's; a log that he can fill says nothing to its reader.
        var logger = Logger(label: "cronmill-serve")
        logger.logLevel = .critical
        var application = Application(
            responder: CallbackResponder<ConsoleContext> { request, context in
                let body = await Self.body(of: request)
                let answer = await console.answer(request.head, body: body, from: context.address)
                return Self.response(answer.negotiated(request.head), to: request.method)
            },
            server: .http1(configuration: Self.limits),
            configuration: ApplicationConfiguration(
                address: socket.map { .unixDomainSocket(path: $0) } ?? .hostname(address, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(mostConnections, logger: logger)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port
                if let port { names.listen(on: port) }
                let address = port.map { "http://\(name):\($0)\(names.base)" } ?? socket ?? ""
                onStart(address, access.issue().map { "\(address)login?once=\($0)" })
            },
            logger: logger
        )
        application.addServices(
            RepeatedService { await sampler.run() },
            RepeatedService { await SessionCheck(sessions: access.sessions).run() }
        )
        var configuration = ServiceGroupConfiguration(
            services: [application, LastResort()],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            let place = socket ?? "\(name):\(port)"
            throw Failure(message: "cannot listen on \(place): \(String(cString: strerror(error.errnoCode)))")
        }
    }

    /// Why it does not serve.
    package struct Failure: Error {
        /// For people.
        package let message: String
    }

    /// More than a page of ours has many a time over; and who sends his head slowly is not waited for.
    private static let limits = HTTP1Channel.Configuration(
        idleTimeout: .seconds(15),
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 60)
    )

    /// What was sent, of which no more is read than shows that it is too much.
    private static func body(of request: Request) async -> [UInt8] {
        guard request.method == .post else { return [] }
        var body: [UInt8] = []
        var parts = request.body.makeAsyncIterator()
        // One that breaks off is not answered anyway.
        while body.count <= Call.longestBody, let part = try? await parts.next() {
            body += part.readableBytesView.prefix(Call.longestBody + 1 - body.count)
        }
        return body
    }

    private static func response(_ answer: Answer, to method: HTTPRequest.Method) -> Response {
        Response(
            status: answer.status,
            headers: answer.head,
            body: method == .head || answer.status == .notModified ? ResponseBody() : body(answer)
        )
    }

    private static func body(_ answer: Answer) -> ResponseBody {
        guard let stream = answer.stream else {
            return ResponseBody(
                byteBuffer: answer.isCompressed
                    ? ByteBuffer(bytes: answer.content.gzip) : ByteBuffer(string: answer.body)
            )
        }
        // A stream has no end of its own, and must not put off the server's.
        return ResponseBody(asyncSequence: stream.map { ByteBuffer(string: $0) }.cancelOnGracefulShutdown())
    }
}

/// What goes on beside the server, ended with it.
private struct RepeatedService: Service {
    let body: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await body() }
    }
}

/// Ends the program where its end takes too long, on a machine that is busy with other things. The limit that a service group has
/// of its own is a crash.
private struct LastResort: Service {
    func run() async throws {
        do { try await gracefulShutdown() } catch { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + 1.7) { _exit(EXIT_SUCCESS) }
    }
}

/// A request's, with where it comes from.
private struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Numeric, without the port; empty for a socket in the file system.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
