using System.Text;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>What goes beside a request's body: <c>?name=value&amp;...</c>, or, when that would be too long for a URL, fields of a form.</summary>
internal sealed class RequestQuery
{
    /// <summary>Servers and proxies commonly refuse request lines over 8 KB.</summary>
    public const int LongestUrl = 6000;

    private readonly List<(string Name, string Value)> _values = [];

    public IReadOnlyList<(string Name, string Value)> Values => _values;

    public RequestQuery Add(string name, string value)
    {
        _values.Add((name, value));
        return this;
    }

    /// <summary>Settings, later ones over earlier ones, each once.</summary>
    /// <exception cref="ArgumentException">A name is no setting's.</exception>
    public RequestQuery AddSettings(params IReadOnlyDictionary<string, string>[] layers)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in layers.SelectMany(layer => layer))
        {
            Names.RequireSetting(name);
            settings[name] = value;
        }
        foreach (var (name, value) in settings)
            Add(name, value);
        return this;
    }

    public string Encode()
    {
        var url = new StringBuilder();
        foreach (var (name, value) in _values)
            url.Append(url.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return url.ToString();
    }
}
