import Tensors

extension TorchArray: RowArray {}
extension TorchRoundedArray: RoundedRowArray {}
extension TorchLinear: LinearOperator {}
extension TorchOperators: Operators {}
