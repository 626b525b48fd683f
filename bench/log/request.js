// The request that all loggers of the bench log: the fields and the message of the request log.

export const fields = () => ({
  remote_address: '127.0.0.1',
  method: 'GET',
  uri: '/v1/goods?limit=20',
  status: 200,
  length: 1734,
  microversion: '-',
  seconds: 0.001734,
})

export const message = '127.0.0.1 "GET /v1/goods?limit=20" status: 200 len: 1734 microversion: - time: 0.001734'

export const context = () => ({
  request_id: 'req-6f1c1b0e-52a5-4b3c-9d0e-1b7a3f1f7a11',
  user: '5b0d5b1e7b0f4a0a8c6f5e0c3f6b2a11',
  project: '9a7e3c2b1d0f4e5a8b6c7d8e9f0a1b2c',
})
