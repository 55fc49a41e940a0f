using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

internal sealed partial class ModelReader
{
    /// <summary>The relation from a row to its versions, newest first.</summary>
    private static RelationField Versions(ImmutableArray<string> key) =>
        new(HistoryModel.Field, new FieldType(HistoryModel.VersionType, true, true, true), key, key, null, [], true, [new ColumnOrder(HistoryModel.ValidFrom, true)]);

    private void KeepHistory(TableModel model, string history)
    {
        if (model.Store != Store.Postgres)
        {
            Problem($"{model.TypeName} @history", "Versions are kept in PostgreSQL alone.");
        }

        if (_sdl.FieldsOf(model.TypeName).Any(field => field.Name.Value == HistoryModel.Field))
        {
            Problem($"{model.TypeName}.{HistoryModel.Field}", "@history gives the type a field of that name.");
        }

        model.History = new HistoryModel(model, history);
        ((RelationField)model.Fields[HistoryModel.Field]).Target = model.History.Versions;
    }
}
