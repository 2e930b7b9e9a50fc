/// The form to log in.
struct LoginPage {
    /// Why it is shown again.
    let remark: String?
    /// The page that was asked for, to go on to; nil is the overview.
    let back: String?

    var page: HTML {
        let remark: HTML = remark.map { "<p role=\"alert\">\($0)</p>" } ?? ""
        return Page.whole(
            title: "Log in",
            """
            <main class="problem"><h1>Log in</h1>
            \(remark)
            <form class="login" method="post" action="\(Link.to("login", ["back": back]))">
            <label for="role">Role</label>
            <input id="role" name="role" autocomplete="username" autocapitalize="none" spellcheck="false" required>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required>
            <button>Log in</button>
            </form>
            </main>
            """
        )
    }
}

/// The form to log out.
struct LogoutPage {
    let session: Session

    var page: HTML {
        let end: HTML =
            session.lifetime == .limited
            ? "" : "<p>The address that logs in works once: to come back, start cronmill serve again.</p>"
        return Page.whole(
            title: "Log out",
            """
            <main class="problem"><h1>Log out</h1>
            <p>You act as role <b><bdi>\(session.viewer.role)</bdi></b>.</p>
            \(end)
            <form method="post" action="logout">
            <input type="hidden" name="token" value="\(session.viewer.token)">
            <button>Log out</button>
            </form>
            <p><a href="./">Back</a></p>
            </main>
            """
        )
    }
}
