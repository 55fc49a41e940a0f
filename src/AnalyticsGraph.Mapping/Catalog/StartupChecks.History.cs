using System.Collections.Frozen;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Catalog;

internal sealed partial class StartupChecks
{
    /// <summary>A history table has all columns of its table, and what says when and by whom a version ended.</summary>
    private void BindHistory(TableModel table, StoreCatalog catalog)
    {
        if (table.History is not { } history)
        {
            return;
        }

        var place = $"{table.TypeName} @history";
        foreach (var (name, type) in new[] { (HistoryModel.ChangedAt, "timestamp with time zone"), (HistoryModel.ChangedBy, "text"), (HistoryModel.RowVersion, "bigint") })
        {
            CheckHistoryColumn(place, table.Table, table.Columns.GetValueOrDefault(name), name, type);
        }

        if (!catalog.Tables.TryGetValue(history.Table, out var real))
        {
            Problem(place, $"There is no table or view \"{history.Table}\" in {table.Store}.");
            return;
        }

        foreach (var column in table.Columns.Values)
        {
            CheckHistoryColumn(place, history.Table, real.Columns.GetValueOrDefault(column.Name), column.Name, column.StoreType);
        }

        foreach (var (name, type) in new[] { (HistoryModel.Valid, "tstzrange"), (HistoryModel.EndedBy, "text") })
        {
            CheckHistoryColumn(place, history.Table, real.Columns.GetValueOrDefault(name), name, type);
        }

        history.Columns = [.. table.Columns.Keys.Order(StringComparer.Ordinal)];
        ColumnModel[] own =
        [
            new(HistoryModel.ValidFrom, ColumnKind.Timestamp, false, false, "timestamp with time zone"),
            new(HistoryModel.ValidTo, ColumnKind.Timestamp, false, true, "timestamp with time zone"),
            new(HistoryModel.EndedBy, ColumnKind.Text, false, true, "text"),
        ];
        history.Versions.Columns = table.Columns.Values.Concat(own).ToFrozenDictionary(column => column.Name, StringComparer.Ordinal);
    }

    private void CheckHistoryColumn(string place, string table, ColumnModel? column, string name, string type)
    {
        if (column is null)
        {
            Problem(place, $"The table \"{table}\" has no column {name}.");
        }
        else if (column.StoreType != type)
        {
            Problem(place, $"The column {name} of \"{table}\" is {column.StoreType}, not {type}.");
        }
    }
}
