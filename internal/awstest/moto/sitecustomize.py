"""Python runs this at the start of the moto_server that package awstest starts (by PYTHONPATH).

For every single write of a DynamoDB transaction, moto 5.2.1 copies the whole table with its stream, value by value, to
put it back should the transaction fail: 9 seconds for 100 writes at 1,000 items. Nothing is written before the last
copy is made, so one copy does; and scalars and stream records never change once they are made, so it may share them.
What can change in place (lists, maps, sets, the items themselves) is still copied.
"""

import copy
import threading

try:
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.dynamo_type import DynamoType
    from moto.dynamodb.models.table import StreamRecord, Table
except ImportError:  # another Python, or another moto: it is only slower
    pass
else:
    scalars = {"S", "N", "B", "BOOL", "NULL"}
    transaction = threading.local()
    write_all = DynamoDBBackend.transact_write_items

    def twin_of(original, memo):
        twin = original.__class__.__new__(original.__class__)
        memo[id(original)] = twin
        twin.__dict__.update(copy.deepcopy(original.__dict__, memo))
        return twin

    def value(self, memo):
        return self if self.type in scalars else twin_of(self, memo)

    def table(self, memo):
        copies = getattr(transaction, "copies", None)
        if copies is None:
            return twin_of(self, memo)
        if id(self) not in copies:
            copies[id(self)] = twin_of(self, memo)
        return copies[id(self)]

    def transact_write_items(self, transact_items):
        transaction.copies = {}
        try:
            return write_all(self, transact_items)
        finally:
            transaction.copies = None

    DynamoType.__deepcopy__ = value
    StreamRecord.__deepcopy__ = lambda self, memo: self
    Table.__deepcopy__ = table
    DynamoDBBackend.transact_write_items = transact_write_items
