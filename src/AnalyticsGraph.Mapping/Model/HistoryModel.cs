using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>
/// What a type's rows were before (<c>@history</c>): a table of the versions that are over, each with the time it was true. The present version stands in the type's own table,
/// true since its <c>changed_at</c>; so the state as of a time, and all versions, are a union of both.
/// </summary>
public sealed class HistoryModel
{
    /// <summary>The type of a version in the graph, whatever it is a version of.</summary>
    internal const string VersionType = "RecordVersion";

    /// <summary>The type of a change of one field.</summary>
    internal const string ChangeType = "FieldChange";

    /// <summary>The field of a mapped type that lists its versions.</summary>
    internal const string Field = "history";

    /// <summary>The argument of look-ups and lists at the root: the time to read as of.</summary>
    internal const string AsOf = "asOf";

    /// <summary>When a version became true; of <see cref="Versions"/>.</summary>
    internal const string ValidFrom = "valid_from";

    /// <summary>When it ceased to be; null while it is true.</summary>
    internal const string ValidTo = "valid_to";

    /// <summary>Who ended it.</summary>
    internal const string EndedBy = "ended_by";

    /// <summary>When the present version was made; in the type's own table.</summary>
    internal const string ChangedAt = "changed_at";

    /// <summary>Who made it.</summary>
    internal const string ChangedBy = "changed_by";

    /// <summary>The number of the version, from 1.</summary>
    internal const string RowVersion = "row_version";

    /// <summary>The time a version that is over was true; in the history table.</summary>
    internal const string Valid = "valid";

    internal HistoryModel(TableModel owner, string table)
    {
        Table = table;
        Versions = new TableModel(VersionType, table, null, owner.Store, [.. owner.Key, ValidFrom], owner.Only, false, Fields()) { VersionsOf = owner };
    }

    /// <summary>The table of the versions that are over.</summary>
    public string Table { get; }

    /// <summary>The columns that both tables have, by name; filled once at start-up.</summary>
    internal ImmutableArray<string> Columns { get; set; } = [];

    /// <summary>All versions as rows: those that are over and the present one.</summary>
    internal TableModel Versions { get; }

    private static IEnumerable<FieldModel> Fields()
    {
        yield return new ColumnField("version", new FieldType("Long", false, true, false), ScalarKind.Long, null, true, RowVersion);
        yield return new ColumnField("changedAt", new FieldType("DateTime", false, true, false), ScalarKind.DateTime, null, true, ValidFrom);
        yield return new ColumnField("changedBy", new FieldType("String", false, false, false), ScalarKind.String, null, true, ChangedBy);
        yield return new ColumnField("validFrom", new FieldType("DateTime", false, true, false), ScalarKind.DateTime, null, true, ValidFrom);
        yield return new ColumnField("validTo", new FieldType("DateTime", false, false, false), ScalarKind.DateTime, null, true, ValidTo);
        yield return new ColumnField("endedBy", new FieldType("String", false, false, false), ScalarKind.String, null, true, EndedBy);
        yield return new ChangesField("changes", new FieldType(ChangeType, true, false, true));
    }
}

/// <summary>What a version changed, told from the version before it.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
internal sealed record ChangesField(string Name, FieldType Type) : FieldModel(Name, Type);
