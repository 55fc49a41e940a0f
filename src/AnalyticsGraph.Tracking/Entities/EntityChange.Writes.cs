using AnalyticsGraph.Mapping.Model;
using Npgsql;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>The statements of the second round trip.</summary>
internal sealed partial class EntityChange
{
    /// <summary>Writes what the SDL says of this kind of change.</summary>
    public void WriteDefault()
    {
        switch (Kind)
        {
            case MutationKind.Create:
                WriteInsert();
                break;
            case MutationKind.Update:
                WriteUpdate();
                break;
            case MutationKind.Delete:
                WriteStage(isDeleted: true);
                break;
            case MutationKind.Restore:
                WriteStage(isDeleted: false);
                break;
            case MutationKind.SetPairs:
                WritePairs(mutation.Pairs!);
                break;
            case MutationKind.DeletePairs:
                var relation = mutation.Pairs!.Relation;
                Write(new Statement("DELETE FROM ").Name(relation.Target.Table).Add(" WHERE ").Name(relation.To[0]).Add(" = ").Bind(Key).Add(" AND key = ANY (")
                    .Bind([.. Pairs[mutation.Pairs.Input].Select(pair => pair.Key)]).Add(")"));
                break;
        }
    }

    private void WriteInsert()
    {
        Columns[Entity.KeyColumn] = ColumnValue.Of(Key);
        foreach (var stamp in Entity.Stamps.Where(stamp => stamp.On != StampEvent.Delete))
            Columns.TryAdd(stamp.Column, ColumnValue.Now);
        var insert = new Statement("INSERT INTO ").Name(Table.Table).Add(" (");
        for (var i = 0; i < Columns.Count; i++)
            insert.Add(i == 0 ? "" : ", ").Name(Columns.GetAt(i).Key);
        insert.Add(") OVERRIDING SYSTEM VALUE VALUES (");
        for (var i = 0; i < Columns.Count; i++)
            insert.Add(i == 0 ? "" : ", ").Add(Columns.GetAt(i).Value);
        Write(insert.Add(")"));
        foreach (var pairs in Entity.Create.OfType<WritablePairs>())
            WritePairs(pairs);
    }

    /// <summary>Changes the columns, unless all of them have these values already: then there is no new version, and no moment of change.</summary>
    private void WriteUpdate()
    {
        if (Columns.Count == 0)
            return;
        var given = Columns.ToArray();
        var update = new Statement("UPDATE ").Name(Table.Table).Add(" SET ");
        AppendSets(update, given.Concat(StampsOfChange()));
        update.Add(" WHERE ").Name(Entity.KeyColumn).Add(" = ").Bind(Key).Add(" AND (");
        for (var i = 0; i < given.Length; i++)
            update.Add(i == 0 ? "" : " OR ").Name(given[i].Key).Add(" IS DISTINCT FROM ").Add(given[i].Value);
        Write(update.Add(")"));
    }

    private void WriteStage(bool isDeleted)
    {
        var update = new Statement("UPDATE ").Name(Table.Table).Add(" SET ");
        AppendSets(update, StageColumns(Entity, isDeleted).Concat(Columns).Concat(StampsOfChange()));
        Write(update.Add(" WHERE ").Name(Entity.KeyColumn).Add(" = ").Bind(Key));
        foreach (var relation in Entity.Cascade)
            WriteDependents(relation, isDeleted);
    }

    /// <summary>Deletes what is in use; revives what was deleted together with this record, and nothing that was deleted before.</summary>
    private void WriteDependents(RelationField relation, bool isDeleted)
    {
        var update = new Statement("UPDATE ").Name(relation.Target.Table).Add(" SET ");
        AppendSets(update, StageColumns(rules.Find(relation.Target), isDeleted).Where(set => set.Key != "lifecycle_stage" || rules.For(relation.Target.TypeName).HasStage));
        update.Add(" WHERE ").Name(relation.To[0]).Add(" = ").Bind(Key).Add(isDeleted ? " AND lifecycle_stage = 'ACTIVE'" : " AND lifecycle_stage = 'DELETED' AND deletion IS NOT DISTINCT FROM ");
        if (!isDeleted)
            update.Bind(Present("deletion"), NpgsqlTypes.NpgsqlDbType.Bigint);
        Write(update);
    }

    private IEnumerable<KeyValuePair<string, ColumnValue>> StageColumns(WritableModel? entity, bool isDeleted)
    {
        yield return new("lifecycle_stage", ColumnValue.Of(isDeleted ? "DELETED" : "ACTIVE"));
        yield return new("deletion", isDeleted ? ColumnValue.Of(_deletion) : ColumnValue.Null);
        foreach (var stamp in entity?.Stamps.Where(stamp => stamp.On == StampEvent.Delete) ?? [])
            yield return new(stamp.Column, isDeleted ? ColumnValue.Now : ColumnValue.Null);
    }

    private IEnumerable<KeyValuePair<string, ColumnValue>> StampsOfChange() =>
        Entity.Stamps.Where(stamp => stamp.On == StampEvent.Change && !Columns.ContainsKey(stamp.Column)).Select(stamp => KeyValuePair.Create(stamp.Column, ColumnValue.Now));

    private static void AppendSets(Statement update, IEnumerable<KeyValuePair<string, ColumnValue>> sets)
    {
        var isFirst = true;
        foreach (var (column, value) in sets)
        {
            update.Add(isFirst ? "" : ", ").Name(column).Add(" = ").Add(value);
            isFirst = false;
        }
    }

    private void WritePairs(WritablePairs field)
    {
        if (!Pairs.TryGetValue(field.Input, out var pairs) || pairs.Length == 0)
            return;
        Write(PairStatements.Insert(field.Relation.Target.Table, field.Relation.To[0], Key, pairs));
    }
}
