using System.Globalization;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Postgres;

/// <summary>Whom PostgreSQL runs as. It refuses to run as root; there it runs as an unprivileged user.</summary>
/// <param name="Server">The user of this process.</param>
/// <param name="Owner">The user of PostgreSQL and its files.</param>
internal sealed record PostgresAccount(OsUser Server, OsUser Owner)
{
    internal bool Switches => Server.Id != Owner.Id;

    /// <param name="wanted">A user's name or number, or null.</param>
    /// <param name="data">PostgreSQL's data folder: where it is there already, its owner goes before the usual users.</param>
    internal static PostgresAccount Resolve(string? wanted, string data)
    {
        var id = LibC.EffectiveUser;
        var server = LibC.UserById(id) ?? throw new EngineException(
            EngineErrorCodes.UserUnavailable,
            $"This process runs as user number {id}, which has no entry in the system's user database; PostgreSQL refuses that.",
            "Run as a user that is listed in /etc/passwd, or set connection strings to running servers.");
        if (id != 0)
        {
            if (LibC.Facts(data) is { } facts && facts.Owner != id)
                throw new EngineException(EngineErrorCodes.PermissionDenied, $"{data} belongs to user number {facts.Owner}, this process is user {server.Name}.", "Start as that user (or root), or choose another folder with --data.");
            return new PostgresAccount(server, server);
        }

        if (wanted is not null)
        {
            var named = uint.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? LibC.UserById(number) : LibC.UserByName(wanted);
            if (named is null || named.Id == 0)
                throw new EngineException(EngineErrorCodes.UserUnavailable, $"PostgreSQL cannot run as '{wanted}': {(named is null ? "there is no such user" : "it refuses to run as root")}.", "Name an unprivileged user of this system.");
            return new PostgresAccount(server, named);
        }
        var owner = LibC.Facts(data) is { Owner: > 0 } existing ? LibC.UserById(existing.Owner) : null;
        owner ??= LibC.UserByName("postgres") ?? LibC.UserByName("nobody") ?? throw new EngineException(
            EngineErrorCodes.UserUnavailable,
            "This process is root, PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody' on this system.",
            "Create one (useradd --system postgres), or start as an unprivileged user.");
        return new PostgresAccount(server, owner);
    }

    /// <summary>The command as the owner. Its process keeps its number (setpriv replaces itself).</summary>
    internal IReadOnlyList<string> As(IReadOnlyList<string> command)
    {
        if (!Switches) return command;
        if (ProgramPath.Find("setpriv") is { } setpriv)
            return [setpriv, $"--reuid={Owner.Id}", $"--regid={Owner.Group}", "--clear-groups", "--no-new-privs", "--", .. command];
        if (ProgramPath.Find("runuser") is { } runuser) return [runuser, "-u", Owner.Name, "--", .. command];
        throw new EngineException(
            EngineErrorCodes.UserUnavailable,
            $"This process is root and PostgreSQL must run as '{Owner.Name}', but neither setpriv nor runuser (of util-linux) is on this system.",
            "Install util-linux, or start as an unprivileged user.");
    }

    /// <summary>Whether the owner may pass through a folder, the way to it included.</summary>
    internal async Task<bool> CanEnterAsync(string folder, CancellationToken cancellation) =>
        !Switches || (await Command.RunAsync(As(["test", "-x", folder]), "/", [], "", cancellation).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Whether the owner may run a program, the way to it included.</summary>
    internal async Task<bool> CanRunAsync(string program, CancellationToken cancellation) =>
        !Switches || (await Command.RunAsync(As([program, "--version"]), "/", [], "", cancellation).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Gives a file or folder to the owner.</summary>
    internal void Own(string path)
    {
        if (!Switches) return;
        var error = LibC.ChangeOwner(path, Owner.Id, Owner.Group);
        if (error != 0)
            throw new EngineException(EngineErrorCodes.PermissionDenied, $"{path} cannot be given to the user '{Owner.Name}' (error {error}).", "Choose a folder with --data on a file system that keeps owners.");
    }

    /// <summary>Gives a folder with all it holds to the owner, where another user has it.</summary>
    internal void OwnTree(string folder)
    {
        if (!Switches || LibC.Facts(folder) is { } facts && facts.Owner == Owner.Id) return;
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })) Own(entry);
        // Last: a start that was broken off begins again.
        Own(folder);
    }
}
