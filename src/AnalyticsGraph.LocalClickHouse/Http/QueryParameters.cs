using System.Globalization;
using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Sql;
using Microsoft.Extensions.Primitives;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>What a request says besides its body: the URL's parameters and ClickHouse's headers.</summary>
internal sealed class QueryParameters
{
    // Parameters of the interface itself; every other one is a setting.
    private static readonly HashSet<string> Interface = new(StringComparer.Ordinal)
    {
        "query", "database", "default_format", "query_id", "user", "password", "quota_key", "stacktrace", "compress", "decompress",
        "wait_end_of_query", "buffer_size", "close_session", "session_timeout", "session_check", "session_id", "role", "client_protocol_version",
    };

    private readonly List<KeyValuePair<string, string>> _settings = [];
    private readonly List<KeyValuePair<string, string>> _bound = [];
    private readonly Dictionary<string, string> _interface = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _external = new(StringComparer.Ordinal);
    private readonly bool _multipart;

    private QueryParameters(HttpRequest request)
    {
        var headers = request.Headers;
        _multipart = ExternalData.IsMultipart(request);
        Database = headers["X-ClickHouse-Database"].ToString();
        Format = headers["X-ClickHouse-Format"].ToString();
        QueryId = headers["X-ClickHouse-Query-Id"].ToString();
    }

    /// <summary>The statement or its beginning; empty where the body has it all.</summary>
    internal string Query { get; private set; } = "";

    /// <summary>The current database; empty for <c>default</c>.</summary>
    internal string Database { get; private set; }

    /// <summary>The output format of a statement without FORMAT.</summary>
    internal string Format { get; private set; }

    /// <summary>The client's name for this request, or one made up here.</summary>
    internal string QueryId { get; private set; }

    /// <summary>Values of <c>{name:Type}</c> placeholders, in ClickHouse's escaped text.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Bound => _bound;

    /// <summary>The settings for the engine.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Settings => _settings;

    /// <summary>Whether the answer waits until the statement has ended, so that its status is final.</summary>
    internal bool WaitEndOfQuery => Flag("wait_end_of_query") || Enabled("http_wait_end_of_query");

    /// <summary>Bytes of the answer held back so that an early error still gets its HTTP status.</summary>
    internal int BufferSize =>
        int.TryParse(_interface.GetValueOrDefault("buffer_size"), CultureInfo.InvariantCulture, out var size) && size >= 0 ? Math.Min(size, 64 << 20) : 64 << 10;

    /// <summary>Whether the body comes in ClickHouse's own compressed blocks.</summary>
    internal bool Decompress => Flag("decompress");

    /// <summary>Whether the answer goes out in ClickHouse's own compressed blocks.</summary>
    internal bool Compress => Flag("compress");

    /// <summary>Reads a request. GET and HEAD only read, as on a server.</summary>
    /// <exception cref="ServerException">A parameter is unknown or asks for what this host has not.</exception>
    internal static QueryParameters Read(HttpRequest request, EngineHost engine)
    {
        var parameters = new QueryParameters(request);
        foreach (var (name, values) in request.Query) parameters.Add(name, values, engine);
        if (parameters.QueryId.Length == 0) parameters.QueryId = Guid.NewGuid().ToString();
        if (parameters.Format.Length == 0) parameters.Format = "TabSeparated";
        if (!HttpMethods.IsPost(request.Method) && parameters.Setting("readonly") is "" or "0")
        {
            parameters._settings.RemoveAll(s => s.Key == "readonly");
            parameters._settings.Add(new("readonly", "2"));
        }
        return parameters;
    }

    /// <summary>A setting's value as it was sent, or empty.</summary>
    internal string Setting(string name) => _settings.FindLast(s => s.Key == name).Value ?? "";

    /// <summary>Whether a Boolean setting was sent and is on.</summary>
    internal bool Enabled(string setting) => Setting(setting) is "1" or "true";

    /// <summary>How long to wait for the client, by one of ClickHouse's settings in seconds; a server's default is 30.</summary>
    internal TimeSpan Patience(string setting) =>
        double.TryParse(Setting(setting), CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.FromSeconds(30);

    /// <summary>The session the statement runs in.</summary>
    internal SessionSettings Session(bool withReadOnly) => new(Database, withReadOnly ? _settings : [.. _settings.Where(s => s.Key != "readonly")]);

    /// <summary>Takes a field of a form as if it had stood in the URL.</summary>
    internal void Add(string name, StringValues values, EngineHost engine)
    {
        var value = values.Count == 0 ? "" : values[^1] ?? "";
        switch (name)
        {
            case "query":
                Query = value;
                return;
            case "database":
                Database = value;
                return;
            case "default_format":
                Format = value;
                return;
            case "query_id":
                if (value.Length > 0) QueryId = value;
                return;
            case "session_id":
                throw ServerException.Create(ErrorCode.NotImplemented,
                    "Sessions (session_id) are not supported here, nor do they survive a load balancer: send settings with each request and lists as external data");
            case "role":
                throw ServerException.Create(ErrorCode.NotImplemented, "Roles are not supported here; the one user is 'default'");
            case "client_protocol_version" when value is not ("" or "0"):
                throw ServerException.Create(ErrorCode.NotImplemented, "client_protocol_version is not supported here; leave it out");
        }
        if (Interface.Contains(name))
        {
            _interface[name] = value;
        }
        else if (name.StartsWith("param_", StringComparison.Ordinal))
        {
            _bound.Add(new(name["param_".Length..], value));
        }
        else if (engine.SettingNames.Contains(name) && name != Cancellation.SlotSetting)
        {
            if (value.Contains('\0', StringComparison.Ordinal))
            {
                throw ServerException.Create(ErrorCode.BadArguments, $"The value of setting '{name}' has a zero byte");
            }
            _settings.Add(new(name, value));
        }
        else if (_multipart && ExternalData.Describes(name))
        {
            _external[name] = value;
        }
        else
        {
            throw ServerException.Create(ErrorCode.UnknownSetting,
                $"Setting {name} is neither a builtin setting nor started with the prefix 'custom_' registered for user-defined settings");
        }
    }

    /// <summary>The columns of an external table as SQL, or null where the request names none; columns without names are <c>_1</c>, <c>_2</c>, ...</summary>
    internal string? Structure(string table)
    {
        if (_external.TryGetValue($"{table}_structure", out var structure)) return structure;
        if (!_external.TryGetValue($"{table}_types", out var types)) return null;
        return string.Join(", ", SqlList.Split(types).Select((type, i) => string.Create(CultureInfo.InvariantCulture, $"_{i + 1} {type}")));
    }

    /// <summary>The format of an external table's data.</summary>
    internal string ExternalFormat(string table) => _external.GetValueOrDefault($"{table}_format", "TabSeparated");

    private bool Flag(string name) => _interface.GetValueOrDefault(name) is "1" or "true";
}
