using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Whose the rows of a body are: each owner that a row names, by its global id or its key, is looked up once.</summary>
internal sealed class RowOwners(NpgsqlDataSource postgres, IngestRequest request, IngestLimits limits)
{
    private readonly IngestOwner _kind = request.Stream.Owner;
    private readonly Dictionary<string, RowOwner?> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowOwner?> _byKey = new(StringComparer.Ordinal);
    private RowOwner? _default;
    private RowOwner?[] _ids = [];
    private RowOwner?[] _keys = [];

    /// <summary>Looks up the owner that the request itself names.</summary>
    /// <exception cref="IngestException">There is none, or it is deleted.</exception>
    public async Task FindDefaultAsync(CancellationToken ct)
    {
        if (request.OwnerId is not null && request.OwnerKey is not null)
            throw new IngestException(ErrorCodes.BadRequest, $"Name the {_kind.Noun} by {_kind.Columns[0].Name} or by {_kind.Columns[1].Name}, not by both.");
        if ((request.OwnerId ?? request.OwnerKey) is not { } name)
            return;
        var (found, place) = request.OwnerId is not null ? (_byId, 0) : (_byKey, 1);
        await FindAsync([name], found, place == 1, ct).ConfigureAwait(false);
        _default = found[name];
        if (Refusal(_default, place, name) is var (code, message))
            throw new IngestException(code, message) { Column = _kind.Columns[place].Name };
    }

    /// <summary>Looks up those that a chunk names and that are not known yet.</summary>
    public async Task FindAsync(RowChunk chunk, CancellationToken ct)
    {
        _ids = await FindAsync(chunk.Texts(0), _byId, byKey: false, ct).ConfigureAwait(false);
        _keys = _kind.Key is null ? [] : await FindAsync(chunk.Texts(1), _byKey, byKey: true, ct).ConfigureAwait(false);
    }

    /// <summary>A row's owner.</summary>
    /// <exception cref="IngestException">It names none, or one that is not there, or is deleted.</exception>
    public RowOwner Of(RowChunk chunk, int row)
    {
        var place = chunk.Has(row, 0) ? 0 : _kind.Key is not null && chunk.Has(row, 1) ? 1 : -1;
        if (place < 0)
            return _default ?? throw chunk.Wrong(row, _kind.Columns[0].Name, $"It names no {_kind.Noun}: give {string.Join(" or ", _kind.Columns.Select(column => column.Name))}, in each row or once in the URL.");
        if (place == 0 && _kind.Key is not null && chunk.Has(row, 1))
            throw chunk.Wrong(row, _kind.Columns[1].Name, $"It names its {_kind.Noun} twice: give {_kind.Columns[0].Name} or {_kind.Columns[1].Name}.");
        var owner = (place == 0 ? _ids : _keys)[(int)chunk.Whole(row, place)];
        return Refusal(owner, place, chunk.Text(row, place)!) is var (code, message) ? throw chunk.Wrong(row, _kind.Columns[place].Name, message, code) : owner!;
    }

    private (string Code, string Message)? Refusal(RowOwner? owner, int place, string name) => owner switch
    {
        { IsAmbiguous: true } => (ErrorCodes.BadUserInput, $"Several sources have a {_kind.Noun} with the {_kind.Key} '{InputRules.Shortened(name)}': name its source in the URL (?source=), or give {_kind.Columns[0].Name}."),
        { IsActive: true } => null,
        { IsActive: false } => (ErrorCodes.Conflict, $"The {_kind.Noun} '{InputRules.Shortened(name)}' is deleted; restore it first."),
        null => (ErrorCodes.NotFound, $"There is no {_kind.Noun} with the {(place == 0 ? "id" : _kind.Key)} '{InputRules.Shortened(name)}'."),
    };

    private async Task<RowOwner?[]> FindAsync(TextTable texts, Dictionary<string, RowOwner?> found, bool byKey, CancellationToken ct)
    {
        if (texts.Count == 0)
            return [];
        var names = Enumerable.Range(0, texts.Count).Select(i => texts[i]).ToArray();
        var missing = names.Where(name => !found.ContainsKey(name)).ToArray();
        if (found.Count + missing.Length > limits.MaxOwners)
        {
            throw new IngestException(
                ErrorCodes.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"The rows belong to more than {limits.MaxOwners} different records (Ingest:MaxOwners). Send them in several bodies."));
        }

        if (missing.Length > 0)
            await FindAsync(missing, found, byKey, ct).ConfigureAwait(false);
        return [.. names.Select(name => found[name])];
    }

    private async Task FindAsync(string[] names, Dictionary<string, RowOwner?> found, bool byKey, CancellationToken ct)
    {
        var ids = new Dictionary<long, List<string>>();
        foreach (var name in names)
        {
            found[name] = null;
            if (!byKey && InputChange.KeyOf(name, _kind.Type) is >= 0 and var id)
                (ids.TryGetValue(id, out var same) ? same : ids[id] = []).Add(name);
        }

        // U+0000 is in no key, and not even a question for PostgreSQL.
        var keys = byKey ? names.Where(name => !name.Contains('\0', StringComparison.Ordinal)).ToArray() : [];
        await using var command = postgres.CreateCommand(
            byKey ? $"SELECT id, {_kind.Parent}, lifecycle_stage = 'ACTIVE', {_kind.Key} FROM {_kind.Table} WHERE {_kind.Key} = ANY ($1) AND ($2::text IS NULL OR source = $2)"
            : $"SELECT id, {_kind.Parent}, lifecycle_stage = 'ACTIVE' FROM {_kind.Table} WHERE id = ANY ($1)");
        command.Parameters.Add(byKey ? new() { Value = keys } : new() { Value = ids.Keys.ToArray() });
        if (byKey)
            command.Parameters.Add(new() { Value = (object?)request.Source ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var owner = new RowOwner(reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2));
            foreach (var name in byKey ? [reader.GetString(3)] : ids[owner.Id])
                found[name] = found[name] is null ? owner : owner with { IsAmbiguous = true };
        }
    }
}

/// <summary>A record that rows belong to.</summary>
/// <param name="Id">Its internal id.</param>
/// <param name="Parent">The experiment of a run, the dataset of a prediction set, else the id again.</param>
/// <param name="IsActive">Whether it is in use.</param>
internal sealed record RowOwner(long Id, long Parent, bool IsActive)
{
    /// <summary>Whether the name is that of several records.</summary>
    public bool IsAmbiguous { get; init; }
}
