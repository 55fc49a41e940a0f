namespace AnalyticsGraph.Tracking.Import;

/// <summary>A table of an original system, as its documents have it: what an import reads and an export writes.</summary>
/// <param name="Name">Its name, in the original's case; imports take any.</param>
/// <param name="Key">The columns that tell its rows apart.</param>
/// <param name="Columns">Its columns in order.</param>
internal sealed record OriginalTable(string Name, string[] Key, params OriginalColumn[] Columns)
{
    /// <summary>Where a row's owner must be, or the row is kept aside.</summary>
    public (string Column, string Table, string ParentColumn)[] Parents { get; init; } = [];

    /// <summary>Whether the graph's record has <c>other_columns</c>; else what it cannot hold stands in <c>other_row</c> beside it.</summary>
    public bool HasOtherColumns { get; init; }

    /// <summary>Whether every other column is data, too: a tabular dataset's features.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The temporary table that an import reads it into, quoted.</summary>
    public string Staged => $"pg_temp.{Sql.Quote("original_" + Name)}";

    /// <summary>The temporary table that an export writes it from, quoted.</summary>
    public string Exported => $"pg_temp.{Sql.Quote("export_" + Name)}";

    /// <summary>Whether a key is a number; else it is a text.</summary>
    public bool HasNumberKey => Columns.First(column => column.Name == Key[0]).Kind == ColumnKind.Id;
}

/// <summary>A column of an original's table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the original's DDL writes it.</param>
/// <param name="Kind">What its texts mean.</param>
/// <param name="Field">The column of ours that has its values, where one does without more ado.</param>
internal sealed record OriginalColumn(string Name, string Type, ColumnKind Kind = ColumnKind.Text, string? Field = null);

/// <summary>What a column's texts mean.</summary>
internal enum ColumnKind
{
    /// <summary>A text, kept verbatim.</summary>
    Text,

    /// <summary>A text where our column knows no null: that it was one stands among the other columns.</summary>
    RequiredText,

    /// <summary>A whole number that names a row or a place; a row whose text is none is kept aside.</summary>
    Id,

    /// <summary>A text that names a row.</summary>
    Name,

    /// <summary>A double.</summary>
    Number,

    /// <summary>A local time without a zone.</summary>
    Time,

    /// <summary>A job's runtime records, which become rows of ClickHouse.</summary>
    Runtime,
}
