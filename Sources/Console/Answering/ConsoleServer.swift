package import Cronmill
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
    /// Names that `Host` may have, besides those of loopback.
    package var hosts: [String] = []
    /// What `/metrics` is read with, by who is not logged in.
    package var metricsToken: String?
    /// Whether who follows the one-time address may change something.
    package var mayAct = false
    /// Told who has done what, in a line for a log.
    package var onAction: @Sendable (String) -> Void = { _ in }
    /// How many standbys there have to be; nil where nobody has said.
    package var expectedStandbys: Int?
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
    /// - Parameter onStart: told the address of the first page, and the one-time address that logs in.
    /// - Throws: what keeps it from listening.
    package func run(onStart: @escaping @Sendable (_ address: String, _ login: String) -> Void) async throws {
        let access = Access(own: deployment, mayAct: mayAct, hosts: hosts, metricsToken: metricsToken)
        let sampler = Sampler(
            deployment: deployment,
            databases: databases,
            expectedStandbys: expectedStandbys
        )
        let console = Console(
            access: access,
            snapshot: { sampler.snapshot },
            onView: { sampler.noteViewer() },
            onAction: onAction
        )
        let name = address.contains(":") ? "[\(address)]" : address
        // What goes wrong with a request is the visitor's; a log that he can fill says nothing to its reader.
        var logger = Logger(label: "cronmill-serve")
        logger.logLevel = .critical
        var application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                let body = await Self.body(of: request)
                return Self.response(await console.answer(request.head, body: body), to: request.method)
            },
            server: .http1(configuration: Self.limits),
            configuration: ApplicationConfiguration(
                address: .hostname(address, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections, logger: logger)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                access.listen(on: port)
                let address = "http://\(name):\(port)/"
                onStart(address, "\(address)login?once=\(access.issue())")
            },
            logger: logger
        )
        application.addServices(SamplerService(sampler: sampler))
        var configuration = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        configuration.maximumCancellationDuration = .milliseconds(500)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// More than a page of ours has many a time over; and who sends his head slowly is not waited for.
    private static let limits = HTTP1Channel.Configuration(
        idleTimeout: .seconds(15),
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 60)
    )

    /// Beyond it nobody is let in until somebody leaves.
    private static let mostConnections = 800

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
        let hasBody = method != .head && answer.status != .notModified
        return Response(
            status: answer.status,
            headers: answer.head,
            body: hasBody ? ResponseBody(byteBuffer: ByteBuffer(string: answer.body)) : ResponseBody()
        )
    }
}

/// The sampler beside the server, ended with it.
private struct SamplerService: Service {
    let sampler: Sampler

    func run() async throws {
        await cancelWhenGracefulShutdown { await sampler.run() }
    }
}
